"""Write annotation files for UCF101, HMDB51 or Kinetics-400."""

from skdsrl_mmaction.cli.main import run

if __name__ == '__main__':
    run('prepare')
