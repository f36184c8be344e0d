"""Imports what registers itself wherever a house is open: tables, subscribers and guards of every package.

Handlers of jobs are no part of it, since only a worker needs them.
"""

import eakte.access.models
import eakte.audit.service
import eakte.documents.reactions
import eakte.foundation.idempotency
import eakte.privacy.models
import eakte.privacy.reactions
import eakte.records.models
import eakte.search.models
import eakte.search.reactions
import ingest.adapters.sandbox
import ingest.batches.models
import ingest.batches.reactions
import ingest.erasing
import ingest.people
import ingest.reactions
import ingest.sources.models
import ingest.sources.uploads.models
import retention.foretelling
import retention.guards
import retention.models.disposal
import retention.models.holds
import retention.models.rounds
import retention.models.rules
import retention.queries.people
import retention.reactions
import retention.remembering
import retention.service.offering
import retention.service.transferring
import xrechnung.approval.models.assignment
import xrechnung.approval.models.flow
import xrechnung.approval.models.payment
import xrechnung.approval.models.signing
import xrechnung.approval.reactions
import xrechnung.erasing
import xrechnung.people
import xrechnung.reactions
