"""The library page: values in, one self-contained HTML file out."""
