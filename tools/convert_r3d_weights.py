"""Convert a public 3D-ResNets-PyTorch checkpoint."""

from skdsrl_mmaction.cli.main import run

if __name__ == '__main__':
    run('convert_r3d_weights')
