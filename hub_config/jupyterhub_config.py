"""JupyterHub's configuration; everything is set in `bootcamp.hub.config`, one setter a concern.

Your own changes belong into files in `jupyterhub_config.d/` beside your data folder's
`cohort.toml`; they are loaded last, in the order of their names.
"""

from bootcamp.hub.config import configure
from bootcamp.settings import DataFolder

c = get_config()  # noqa: F821
configure(c)

for extra in sorted(DataFolder.from_environment().root.glob("jupyterhub_config.d/*.py")):
    load_subconfig(str(extra))  # noqa: F821
