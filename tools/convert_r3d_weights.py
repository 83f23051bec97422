"""Convert a public 3D-ResNets-PyTorch checkpoint."""

from skdsrl_mmaction.cli.convert_r3d_weights import main

if __name__ == '__main__':
    main()
