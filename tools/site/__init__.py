"""What builds the course's web site: ``pages`` its pages, ``lite`` the lessons that run
in a browser, ``try_it`` the page that repairs your own picture.
"""
