"""Where does a request's time go? `make profile` runs the service under load, and shows it."""
