"""`python -m greenroom`: the same as the command `greenroom`."""

from service.cli import main

if __name__ == "__main__":
    main(prog_name="greenroom")
