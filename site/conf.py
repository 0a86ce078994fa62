"""Sphinx's settings for the course's site; tools/site/ puts together what it reads."""

from tools.project import publication

published = publication()

project = "Image inpainting: a course in notebooks"
author = "the authors of the inpainting course"
version = release = published.version
language = "en"
extensions = ["myst_nb", "tools.site.mathml"]
html_math_renderer = "mathml"
nb_execution_mode = "off"
nb_render_markdown_format = "myst"
nb_merge_streams = True
myst_enable_extensions = ["dollarmath", "amsmath"]
myst_heading_anchors = 3
html_theme = "sphinx_book_theme"
html_title = "Image inpainting"
html_copy_source = False
html_show_sourcelink = False
html_static_path = ["static"]
html_favicon = "static/icon.svg"
html_context = {"default_mode": "auto"}
html_css_files = ["course.css"]
html_js_files = ["course.js"]
html_theme_options = {
    "repository_url": published.address,
    "use_repository_button": True,
    "use_download_button": False,
    "use_fullscreen_button": False,
    "show_toc_level": 2,
    "home_page_in_toc": True,
}
