"""What cookiecutter runs: pre_gen_project before it writes, post_gen_project after it, with its modules."""
