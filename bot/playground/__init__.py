"""The playground: three simulated messengers side by side on one web page, in front of the real bot."""
