"""What cookiecutter runs after it has written the repository: post_gen_project, with its modules."""
