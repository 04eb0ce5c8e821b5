from convive.cli import main

main(prog_name="convive")
