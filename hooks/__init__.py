"""The hook that cookiecutter runs after it writes the repository: post_gen_project, with its modules."""
