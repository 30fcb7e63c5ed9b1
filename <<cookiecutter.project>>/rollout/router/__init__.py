"""Where the traffic goes."""
