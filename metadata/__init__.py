"""The base pack: customer care and communication centre, as JSON documents beside this file."""
