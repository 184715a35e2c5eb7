"""What people see in the browser. The only package that uses Streamlit, together with `app.py` and `pages/`."""
