"""Files and arrays in, tensors out. Nothing is read or downloaded at import."""
