"""What is trained, on what, and how: a class for each kind of training. Importing it needs no torch.

job = PictureJob(config_for("nin", "mnist"), recipe_named("fast"), Pictures("mnist"))
for step in job.steps():  # Downloads come before the Steps, where something has to be fetched
    ...
model = job.network(step.epoch)
"""

from pointwise.data.catalogue import Pictures
from pointwise.jobs.comparison import AS_WRITTEN, STANDARDISED, Comparison, compare_scalings, job_from
from pointwise.jobs.elsewhere import PicturesElsewhere, RowsElsewhere
from pointwise.jobs.fitting import fit
from pointwise.jobs.job import Extent, Job
from pointwise.jobs.kinds import HouseJob, PictureJob, TableJob, table_config
from pointwise.jobs.memory import check_memory, gigabytes, memory_limit
from pointwise.jobs.pace import expected_seconds

__all__ = [
    "AS_WRITTEN",
    "STANDARDISED",
    "Comparison",
    "Extent",
    "HouseJob",
    "Job",
    "PictureJob",
    "Pictures",
    "PicturesElsewhere",
    "RowsElsewhere",
    "TableJob",
    "check_memory",
    "compare_scalings",
    "expected_seconds",
    "fit",
    "gigabytes",
    "job_from",
    "memory_limit",
    "table_config",
]
