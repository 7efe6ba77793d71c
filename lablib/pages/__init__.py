"""The labs as pages: each notebook one HTML file that needs neither kernel nor network."""
