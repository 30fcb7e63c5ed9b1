"""Two configurations side by side: experiments/NAME.yaml declares one; here it is planned, decided and reported."""
