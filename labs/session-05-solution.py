# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Our solution: a folder goes in, tables come out
#
# Nobody has to open this notebook to use it. **papermill** opens it, puts other values into the next cell, runs it from top to
# bottom, and keeps the executed copy. It needs two files beside it: `solution.py` with the function `solve`, and `batch.py` with `run`.
#
# ## 1. What may change from run to run
#
# Your turn: write three values between the quotes. They are used when nobody gives others.
#
# | name | what it is | for the mail room |
# | --- | --- | --- |
# | `input_folder` | where the cases lie | `data/email-routing` |
# | `output_folder` | where the tables go | `output/practice` |
# | `model` | which model answers | `bootcamp-small` |
#
# Nothing below this cell may name a folder or a model of its own.

# %% tags=["parameters"] nbgrader={"grade": false, "grade_id": "final-parameters", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
input_folder = ""
output_folder = ""
model = ""
### BEGIN SOLUTION
input_folder = "data/email-routing"
output_folder = "output/practice"
model = "bootcamp-small"
### END SOLUTION

# %% [markdown]
# ## 2. The run
#
# Your turn: three lines.
#
# 1. From the file `solution`, import the function `solve`: `from … import …`
# 2. From the file `batch`, import the function `run`, in the same way.
# 3. Put into `result` what `run` gives. It wants four things in its brackets, with commas between, in this order: the input
#    folder, the output folder, `solve`, the model. Use the **names** from above, without quotes.

# %% nbgrader={"grade": false, "grade_id": "final-run", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
result = {}
### BEGIN SOLUTION
from solution import solve
from batch import run

result = run(input_folder, output_folder, solve, model)
### END SOLUTION
result

# %% [markdown]
# ## 3. What a person must look at
#
# The whole list is in `review_queue.csv`. Here are its first rows.

# %%
import pandas as pd

pd.read_csv(f"{output_folder}/review_queue.csv").head(10)
