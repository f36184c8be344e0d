"""Retention: rules, dates and periods, legal holds, disposal lists, and what stays of what is gone."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

# What was signed and ordered goes in one way only: with its document, when that is destroyed (Vernichtung).
_ONLY_DESTROYED = """
CREATE FUNCTION refuse_deletion() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('eakte.erasing', true) IS DISTINCT FROM 'on' THEN
        RAISE EXCEPTION '% goes with its document only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER only_destroyed BEFORE DELETE ON invoice_acts FOR EACH ROW EXECUTE FUNCTION refuse_deletion();
CREATE TRIGGER only_destroyed BEFORE DELETE ON invoice_hands FOR EACH ROW EXECUTE FUNCTION refuse_deletion();
CREATE TRIGGER only_destroyed BEFORE DELETE ON payment_orders FOR EACH ROW EXECUTE FUNCTION refuse_deletion();
"""
_DELETABLE_AGAIN = """
DROP TRIGGER only_destroyed ON payment_orders;
DROP TRIGGER only_destroyed ON invoice_hands;
DROP TRIGGER only_destroyed ON invoice_acts;
DROP FUNCTION refuse_deletion();
"""


def upgrade() -> None:
    op.execute(_ONLY_DESTROYED)
    op.create_table('disposal_lists',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('procedure', sa.Enum('four_step', 'two_step', 'destruction', name='procedure', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('state', sa.Enum('draft', 'reviewed', 'offered', 'appraised', 'carried_out', 'closed', 'cancelled', name='liststate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('archive', sa.Text(), nullable=True),
    sa.Column('process_id', sa.Uuid(), nullable=False),
    sa.Column('created_by', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reviewed_by', sa.Uuid(), nullable=True),
    sa.Column('reviewed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('undecided_by', sa.Uuid(), nullable=True),
    sa.Column('undecided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('released_by', sa.Uuid(), nullable=True),
    sa.Column('released_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('destroy_from', sa.Date(), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('report_into', sa.Text(), nullable=True),
    sa.Column('report_id', sa.Uuid(), nullable=True),
    sa.Column('report_sha256', sa.Text(), nullable=True),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.CheckConstraint("(procedure = 'destruction') = (archive is null)", name=op.f('ck_disposal_lists_archive')),
    sa.CheckConstraint("state <> 'closed' or report_id is not null", name=op.f('ck_disposal_lists_report')),
    sa.CheckConstraint('(released_by is null) = (destroy_from is null)', name=op.f('ck_disposal_lists_released')),
    sa.CheckConstraint('released_by is null or released_by <> created_by', name=op.f('ck_disposal_lists_released_by_another')),
    sa.CheckConstraint('reviewed_by is null or reviewed_by <> created_by', name=op.f('ck_disposal_lists_reviewed_by_another')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_disposal_lists')),
    sa.UniqueConstraint('process_id', name=op.f('uq_disposal_lists_process_id')),
    sa.UniqueConstraint('reference', name=op.f('uq_disposal_lists_reference'))
    )
    op.create_index('ix_disposal_lists_running', 'disposal_lists', ['state'], unique=False, postgresql_where=sa.text("state not in ('closed', 'cancelled')"))
    op.create_table('doomed_objects',
    sa.Column('object_id', sa.Uuid(), nullable=False),
    sa.Column('record_id', sa.Uuid(), nullable=False),
    sa.Column('doomed_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('object_id', name=op.f('pk_doomed_objects'))
    )
    op.create_index(op.f('ix_doomed_objects_record_id'), 'doomed_objects', ['record_id'], unique=False)
    op.create_table('legal_holds',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('scope', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.Column('set_by', sa.Uuid(), nullable=False),
    sa.Column('set_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('released_by', sa.Uuid(), nullable=True),
    sa.Column('released_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('release_reason', sa.Text(), nullable=True),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.CheckConstraint('(released_by is null) = (released_at is null)', name=op.f('ck_legal_holds_released')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_legal_holds')),
    sa.UniqueConstraint('reference', name=op.f('uq_legal_holds_reference'))
    )
    op.create_index('ix_legal_holds_active', 'legal_holds', ['id'], unique=False, postgresql_where=sa.text('released_at is null'))
    op.create_table('retention_rules',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('catalogue', sa.Text(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=True),
    sa.Column('valid_until', sa.Date(), nullable=True),
    sa.Column('event', sa.Enum('closing', 'parent_closing', 'entered', 'business_data', name='event', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('event_key', sa.Text(), nullable=True),
    sa.Column('length', sa.Integer(), nullable=True),
    sa.Column('unit', sa.Enum('days', 'months', 'years', name='unit', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('rounding', sa.Enum('exact', 'end_of_year', 'from_next_year', 'end_of_fiscal_year', name='rounding', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('fiscal_month', sa.Integer(), nullable=False),
    sa.Column('fiscal_day', sa.Integer(), nullable=False),
    sa.Column('disposal', sa.Enum('A', 'V', 'B', name='disposalcode', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('transfer_months', sa.Integer(), nullable=True),
    sa.Column('buffer_days', sa.Integer(), nullable=False),
    sa.Column('correction_days', sa.Integer(), nullable=False),
    sa.Column('lock_mode', sa.Enum('governance', 'compliance', name='lockmode', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('protection', sa.Enum('normal', 'high', 'very_high', name='protectionneed', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('example', sa.Boolean(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.CheckConstraint("(event in ('entered', 'business_data')) = (event_key is not null)", name=op.f('ck_retention_rules_event_key')),
    sa.CheckConstraint('(length is null) = (unit is null)', name=op.f('ck_retention_rules_period')),
    sa.CheckConstraint('buffer_days >= 0 and correction_days >= 0', name=op.f('ck_retention_rules_days')),
    sa.CheckConstraint('fiscal_month between 1 and 12 and fiscal_day between 1 and 31', name=op.f('ck_retention_rules_fiscal_year')),
    sa.CheckConstraint('length > 0', name=op.f('ck_retention_rules_length')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_retention_rules')),
    sa.UniqueConstraint('catalogue', 'key', name=op.f('uq_retention_rules_catalogue_key'))
    )
    op.create_table('retention_rounds',
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('begun_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('computed', sa.Integer(), nullable=True),
    sa.Column('changed', sa.Integer(), nullable=True),
    sa.Column('violations', sa.Integer(), nullable=True),
    sa.Column('newly_due', sa.Integer(), nullable=True),
    sa.PrimaryKeyConstraint('day', name=op.f('pk_retention_rounds'))
    )
    op.create_table('disposal_items',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('list_id', sa.Uuid(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('parent_id', sa.Uuid(), nullable=True),
    sa.Column('record_id', sa.Uuid(), nullable=False),
    sa.Column('record_kind', sa.Enum('dossier', 'case', 'document', name='recordkind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('title', sa.Text(), nullable=True),
    sa.Column('entry_code', sa.Text(), nullable=False),
    sa.Column('proposal', sa.Enum('A', 'V', 'B', name='proposal', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('proposal_reason', sa.Text(), nullable=True),
    sa.Column('decision', sa.Enum('A', 'V', 'B', name='decision', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('decided_by_default', sa.Boolean(), nullable=False),
    sa.Column('state', sa.Enum('listed', 'transferred', 'confirmed', 'refused', 'erasing', 'destroyed', 'handed_over', 'withdrawn', name='itemstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('archive_reference', sa.Text(), nullable=True),
    sa.Column('failure', sa.Text(), nullable=True),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(state in ('destroyed', 'handed_over')) = (finished_at is not null)", name=op.f('ck_disposal_items_finished')),
    sa.CheckConstraint("decision is null or decision <> 'B'", name=op.f('ck_disposal_items_decided')),
    sa.CheckConstraint("proposal is null or proposal <> 'B'", name=op.f('ck_disposal_items_proposed')),
    sa.ForeignKeyConstraint(['list_id'], ['disposal_lists.id'], name=op.f('fk_disposal_items_list_id_disposal_lists')),
    sa.ForeignKeyConstraint(['parent_id'], ['disposal_items.id'], name=op.f('fk_disposal_items_parent_id_disposal_items')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_disposal_items')),
    sa.UniqueConstraint('list_id', 'record_id', name=op.f('uq_disposal_items_list_id_record_id'))
    )
    op.create_index(op.f('ix_disposal_items_list_id_position'), 'disposal_items', ['list_id', 'position'], unique=True)
    op.create_index(op.f('ix_disposal_items_record_id'), 'disposal_items', ['record_id'], unique=False)
    op.create_index('uq_disposal_items_active_record', 'disposal_items', ['record_id'], unique=True, postgresql_where=sa.text("state not in ('withdrawn', 'destroyed', 'handed_over')"))
    op.create_table('disposal_messages',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('list_id', sa.Uuid(), nullable=False),
    sa.Column('direction', sa.Enum('sent', 'received', name='direction', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('message_type', sa.Enum('0501', '0502', '0503', '0504', '0505', '0506', '0507', name='messagetype', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('version', sa.Enum('3.0.0', '3.1.0', '4.0.0', name='xdomeaversion', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('envelope_id', sa.Uuid(), nullable=True),
    sa.Column('file_name', sa.Text(), nullable=False),
    sa.Column('stamp', sa.Text(), nullable=True),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('object_id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('receipt_deadline', sa.Date(), nullable=True),
    sa.Column('deadline', sa.Date(), nullable=True),
    sa.Column('reminded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('findings', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.CheckConstraint("direction = 'sent' or sent_at is null", name=op.f('ck_disposal_messages_sent_at')),
    sa.CheckConstraint("direction = 'received' or version is not null", name=op.f('ck_disposal_messages_version')),
    sa.ForeignKeyConstraint(['list_id'], ['disposal_lists.id'], name=op.f('fk_disposal_messages_list_id_disposal_lists')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_disposal_messages')),
    sa.UniqueConstraint('list_id', 'file_name', 'sha256', name=op.f('uq_disposal_messages_list_id_file_name_sha256'))
    )
    op.create_index(op.f('ix_disposal_messages_list_id'), 'disposal_messages', ['list_id'], unique=False)
    op.create_table('tombstones',
    sa.Column('record_id', sa.Uuid(), nullable=False),
    sa.Column('taken_with', sa.Uuid(), nullable=False),
    sa.Column('record_kind', sa.Enum('dossier', 'case', 'document', name='recordkind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('former_references', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('entry_code', sa.Text(), nullable=False),
    sa.Column('entry_id', sa.Uuid(), nullable=False),
    sa.Column('unit_id', sa.Uuid(), nullable=False),
    sa.Column('levels', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('protected', sa.Boolean(), nullable=False),
    sa.Column('created_on', sa.Date(), nullable=False),
    sa.Column('closed_on', sa.Date(), nullable=True),
    sa.Column('retained_until', sa.Date(), nullable=True),
    sa.Column('decision', sa.Enum('A', 'V', 'B', name='disposalcode', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('archive_reference', sa.Text(), nullable=True),
    sa.Column('list_id', sa.Uuid(), nullable=False),
    sa.Column('list_reference', sa.Text(), nullable=False),
    sa.Column('persons', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('erased_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('record_id', name=op.f('pk_tombstones')),
    sa.UniqueConstraint('reference', name=op.f('uq_tombstones_reference'))
    )
    op.create_index(op.f('ix_tombstones_former_references'), 'tombstones', ['former_references'], unique=False, postgresql_using='gin')
    op.create_index(op.f('ix_tombstones_list_id'), 'tombstones', ['list_id'], unique=False)
    op.create_index(op.f('ix_tombstones_taken_with'), 'tombstones', ['taken_with'], unique=False)
    op.create_table('entered_dates',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('fiscal_year', sa.Integer(), nullable=True),
    sa.Column('record_id', sa.Uuid(), nullable=True),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('entered_by', sa.Uuid(), nullable=False),
    sa.Column('entered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.CheckConstraint('(fiscal_year is null) <> (record_id is null)', name=op.f('ck_entered_dates_one_place')),
    sa.ForeignKeyConstraint(['record_id'], ['records.id'], name=op.f('fk_entered_dates_record_id_records')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_entered_dates'))
    )
    op.create_index(op.f('ix_entered_dates_key_fiscal_year_record_id'), 'entered_dates', ['key', 'fiscal_year', 'record_id'], unique=True, postgresql_nulls_not_distinct=True)
    op.create_index(op.f('ix_entered_dates_record_id'), 'entered_dates', ['record_id'], unique=False)
    op.create_table('held_records',
    sa.Column('hold_id', sa.Uuid(), nullable=False),
    sa.Column('record_id', sa.Uuid(), nullable=False),
    sa.Column('matched', sa.Boolean(), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['hold_id'], ['legal_holds.id'], name=op.f('fk_held_records_hold_id_legal_holds')),
    sa.ForeignKeyConstraint(['record_id'], ['records.id'], name=op.f('fk_held_records_record_id_records')),
    sa.PrimaryKeyConstraint('hold_id', 'record_id', name=op.f('pk_held_records'))
    )
    op.create_index(op.f('ix_held_records_record_id'), 'held_records', ['record_id'], unique=False)
    op.create_table('record_retentions',
    sa.Column('record_id', sa.Uuid(), nullable=False),
    sa.Column('outcome', sa.Enum('open', 'ends', 'for_ever', 'waiting', 'unruled', name='outcome', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('last_day', sa.Date(), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('transfer_from', sa.Date(), nullable=True),
    sa.Column('rule_id', sa.Uuid(), nullable=True),
    sa.Column('rule_name', sa.Text(), nullable=True),
    sa.Column('rule_source', sa.Text(), nullable=True),
    sa.Column('event_day', sa.Date(), nullable=True),
    sa.Column('missing_key', sa.Text(), nullable=True),
    sa.Column('disposal', sa.Enum('A', 'V', 'B', name='disposalcode', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('lock_mode', sa.Enum('governance', 'compliance', name='lockmode', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('lock_from', sa.DateTime(timezone=True), nullable=True),
    sa.Column('locked_until', sa.Date(), nullable=True),
    sa.Column('computed_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("(outcome = 'ends') = (last_day is not null)", name=op.f('ck_record_retentions_last_day')),
    sa.CheckConstraint("outcome <> 'open'", name=op.f('ck_record_retentions_closed')),
    sa.CheckConstraint('due_on > last_day', name=op.f('ck_record_retentions_due_on')),
    sa.ForeignKeyConstraint(['record_id'], ['records.id'], name=op.f('fk_record_retentions_record_id_records')),
    sa.ForeignKeyConstraint(['rule_id'], ['retention_rules.id'], name=op.f('fk_record_retentions_rule_id_retention_rules')),
    sa.PrimaryKeyConstraint('record_id', name=op.f('pk_record_retentions'))
    )
    op.create_index(op.f('ix_record_retentions_due_on_record_id'), 'record_retentions', ['due_on', 'record_id'], unique=False, postgresql_where=sa.text('due_on is not null'))
    op.create_index('ix_record_retentions_missing_key', 'record_retentions', ['missing_key'], unique=False, postgresql_where=sa.text('missing_key is not null'))
    op.create_table('rule_assignments',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('rule_id', sa.Uuid(), nullable=False),
    sa.Column('entry_id', sa.Uuid(), nullable=True),
    sa.Column('record_id', sa.Uuid(), nullable=True),
    sa.Column('inheritance', sa.Enum('replaces', 'adds', name='inheritance', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('assigned_by', sa.Uuid(), nullable=False),
    sa.Column('assigned_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('(entry_id is null) <> (record_id is null)', name=op.f('ck_rule_assignments_one_place')),
    sa.CheckConstraint('record_id is null or reason is not null', name=op.f('ck_rule_assignments_reason')),
    sa.ForeignKeyConstraint(['entry_id'], ['filing_plan_entries.id'], name=op.f('fk_rule_assignments_entry_id_filing_plan_entries')),
    sa.ForeignKeyConstraint(['record_id'], ['records.id'], name=op.f('fk_rule_assignments_record_id_records')),
    sa.ForeignKeyConstraint(['rule_id'], ['retention_rules.id'], name=op.f('fk_rule_assignments_rule_id_retention_rules')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rule_assignments'))
    )
    op.create_index(op.f('ix_rule_assignments_entry_id'), 'rule_assignments', ['entry_id'], unique=False)
    op.create_index(op.f('ix_rule_assignments_record_id'), 'rule_assignments', ['record_id'], unique=False)
    op.create_index(op.f('ix_rule_assignments_rule_id'), 'rule_assignments', ['rule_id'], unique=False)
    op.create_index(op.f('ix_rule_assignments_rule_id_entry_id_record_id'), 'rule_assignments', ['rule_id', 'entry_id', 'record_id'], unique=True, postgresql_nulls_not_distinct=True)


def downgrade() -> None:
    op.execute(_DELETABLE_AGAIN)
    op.drop_index(op.f('ix_rule_assignments_rule_id_entry_id_record_id'), table_name='rule_assignments', postgresql_nulls_not_distinct=True)
    op.drop_index(op.f('ix_rule_assignments_rule_id'), table_name='rule_assignments')
    op.drop_index(op.f('ix_rule_assignments_record_id'), table_name='rule_assignments')
    op.drop_index(op.f('ix_rule_assignments_entry_id'), table_name='rule_assignments')
    op.drop_table('rule_assignments')
    op.drop_index('ix_record_retentions_missing_key', table_name='record_retentions', postgresql_where=sa.text('missing_key is not null'))
    op.drop_index(op.f('ix_record_retentions_due_on_record_id'), table_name='record_retentions', postgresql_where=sa.text('due_on is not null'))
    op.drop_table('record_retentions')
    op.drop_index(op.f('ix_held_records_record_id'), table_name='held_records')
    op.drop_table('held_records')
    op.drop_index(op.f('ix_entered_dates_record_id'), table_name='entered_dates')
    op.drop_index(op.f('ix_entered_dates_key_fiscal_year_record_id'), table_name='entered_dates', postgresql_nulls_not_distinct=True)
    op.drop_table('entered_dates')
    op.drop_index(op.f('ix_tombstones_taken_with'), table_name='tombstones')
    op.drop_index(op.f('ix_tombstones_list_id'), table_name='tombstones')
    op.drop_index(op.f('ix_tombstones_former_references'), table_name='tombstones', postgresql_using='gin')
    op.drop_table('tombstones')
    op.drop_index(op.f('ix_disposal_messages_list_id'), table_name='disposal_messages')
    op.drop_table('disposal_messages')
    op.drop_index('uq_disposal_items_active_record', table_name='disposal_items', postgresql_where=sa.text("state not in ('withdrawn', 'destroyed', 'handed_over')"))
    op.drop_index(op.f('ix_disposal_items_record_id'), table_name='disposal_items')
    op.drop_index(op.f('ix_disposal_items_list_id_position'), table_name='disposal_items')
    op.drop_table('disposal_items')
    op.drop_table('retention_rounds')
    op.drop_table('retention_rules')
    op.drop_index('ix_legal_holds_active', table_name='legal_holds', postgresql_where=sa.text('released_at is null'))
    op.drop_table('legal_holds')
    op.drop_index(op.f('ix_doomed_objects_record_id'), table_name='doomed_objects')
    op.drop_table('doomed_objects')
    op.drop_index('ix_disposal_lists_running', table_name='disposal_lists', postgresql_where=sa.text("state not in ('closed', 'cancelled')"))
    op.drop_table('disposal_lists')
