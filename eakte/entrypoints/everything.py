"""Imports what registers itself: tables, event subscribers, guards and job handlers of every package."""

import eakte.access.models
import eakte.audit.service
import eakte.documents.reactions
import eakte.foundation.idempotency
import eakte.records.models
import eakte.search.reactions
import eakte.search.tasks
import ingest.batches.reactions
import ingest.batches.tasks
import ingest.reactions
import ingest.sources.models
import ingest.sources.uploads.models
import ingest.sources.uploads.tasks
import ingest.tasks
import retention.models.disposal
import retention.models.holds
import retention.models.rules
import retention.reactions
import xrechnung.approval.models.assignment
import xrechnung.approval.models.flow
import xrechnung.approval.models.payment
import xrechnung.approval.models.signing
import xrechnung.approval.reactions
import xrechnung.approval.tasks
import xrechnung.reactions
import xrechnung.tasks
