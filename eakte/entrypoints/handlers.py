"""Imports the job handlers of every package, which only a worker needs."""

import eakte.documents.tasks
import eakte.privacy.tasks
import eakte.search.tasks
import ingest.batches.tasks
import ingest.sources.uploads.tasks
import ingest.tasks
import retention.tasks.exchange
import retention.tasks.lists
import retention.tasks.periods
import xrechnung.approval.tasks
import xrechnung.tasks
