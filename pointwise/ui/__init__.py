"""The interface: the only part of Pointwise that imports streamlit and plotly."""
