"""What Streamlit runs at every look at the page."""

from scenarios.app.view import show

show()
