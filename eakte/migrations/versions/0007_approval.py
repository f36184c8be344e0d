"""The approval of invoices: where each stands, who may sign, what is booked and paid, whom it concerns."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ROLES = (
    "records_manager",
    "clerk",
    "subject_admin",
    "registry",
    "secretary",
    "head",
    "archivist",
    "auditor",
    "administrator",
)
# How an invoice wants to be paid, as it says itself.
_OF_AN_INVOICE = ("payment_means", "remittance", "payee_name", "mandate", "creditor_id")
_LISTS_OF_AN_INVOICE = ("accounts", "vat")
# What may change of an order after it was signed; everything else is what was signed.
_OF_AN_ORDER_MAY_CHANGE = (
    "state",
    "deliveries",
    "leases",
    "leased_until",
    "taken_at",
    "recalled_at",
    "settled_at",
    "ledger_number",
    "booked_on",
    "paid_on",
    "failure",
    "revision",
)
_UNCHANGEABLE = f"""
CREATE FUNCTION refuse_act_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an act with an invoice is never changed' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER never_changed BEFORE UPDATE ON invoice_acts
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_act_change();
CREATE TRIGGER never_changed BEFORE UPDATE ON invoice_hands
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_act_change();

CREATE FUNCTION refuse_order_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(NEW) - '{{{",".join(_OF_AN_ORDER_MAY_CHANGE)}}}'::text[]
        IS DISTINCT FROM to_jsonb(OLD) - '{{{",".join(_OF_AN_ORDER_MAY_CHANGE)}}}'::text[] THEN
        RAISE EXCEPTION 'a payment order is frozen as it was signed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER frozen BEFORE UPDATE ON payment_orders
    FOR EACH ROW EXECUTE FUNCTION refuse_order_change();
"""

# The work lists: of a unit, of one of its steps, of a person, of the whole house.
_WORK_LISTS = {
    "ix_approvals_work_list": ["unit_id"],
    "ix_approvals_work_list_step": ["unit_id", "step"],
    "ix_approvals_work_list_claimed": ["claimed_by"],
    "ix_approvals_work_list_house": [],
}


def _allow_roles(*roles: str) -> None:
    op.drop_constraint(op.f("ck_grants_role"), "grants", type_="check")
    listed = ", ".join(f"'{role}'" for role in roles)
    op.create_check_constraint(op.f("ck_grants_role"), "grants", f"role IN ({listed})")


def upgrade() -> None:
    op.create_table(
        "assignment_rules",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "criterion",
            sa.Enum(
                "leitweg_id",
                "order_number",
                "contract",
                "supplier",
                "text",
                name="criterion",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("pattern", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "purchase_order",
                "contract",
                "utility_bill",
                "credit_note",
                "corrected_invoice",
                "advance_payment",
                "final_construction",
                "other",
                name="invoiceclass",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("valid_from <= valid_until", name=op.f("ck_assignment_rules_period")),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["organisational_units.id"], name=op.f("fk_assignment_rules_unit_id_organisational_units")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment_rules")),
        sa.UniqueConstraint("criterion", "pattern", name=op.f("uq_assignment_rules_criterion_pattern")),
    )
    op.create_table(
        "invoice_digests",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "sending",
                "sent",
                "doubtful",
                "refused",
                name="digeststate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("compiled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["identities.id"], name=op.f("fk_invoice_digests_person_id_identities")),
        sa.PrimaryKeyConstraint("person_id", "day", name=op.f("pk_invoice_digests")),
    )
    op.create_table(
        "invoice_rounds",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "errand",
            sa.Enum("deadlines", "digests", name="errand", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("day", "errand", name=op.f("pk_invoice_rounds")),
    )
    op.add_column("identities", sa.Column("email", sa.Text(), nullable=True))
    op.create_table(
        "signing_rights",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "act",
            sa.Enum(
                "certify_technical",
                "certify_factual",
                "certify_arithmetic",
                "order",
                name="signingact",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("budgets", postgresql.ARRAY(sa.TEXT()), nullable=True),
        sa.Column("limit", sa.Numeric(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("granted_by", sa.Uuid(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_by", sa.Uuid(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint('"limit" is null or "limit" > 0', name=op.f("ck_signing_rights_limit")),
        sa.CheckConstraint("(revoked_by is null) = (revoked_at is null)", name=op.f("ck_signing_rights_revoked")),
        sa.CheckConstraint("granted_by <> person_id", name=op.f("ck_signing_rights_two_persons")),
        sa.CheckConstraint("valid_until is null or valid_from <= valid_until", name=op.f("ck_signing_rights_period")),
        sa.ForeignKeyConstraint(["person_id"], ["identities.id"], name=op.f("fk_signing_rights_person_id_identities")),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["organisational_units.id"], name=op.f("fk_signing_rights_unit_id_organisational_units")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_rights")),
    )
    op.create_index(op.f("ix_signing_rights_person_id"), "signing_rights", ["person_id"], unique=False)
    op.create_table(
        "approvals",
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column(
            "step",
            sa.Enum(
                "received",
                "checked",
                "assigned",
                "certified",
                "ordered",
                "handed_over",
                "recalled",
                "booked",
                "filed",
                "on_hold",
                "rejected",
                "duplicate",
                "cancelled",
                name="step",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "held_from",
            sa.Enum(
                "received",
                "checked",
                "assigned",
                "certified",
                "ordered",
                "handed_over",
                "recalled",
                "booked",
                "filed",
                "on_hold",
                "rejected",
                "duplicate",
                "cancelled",
                name="held_from",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "kind",
            sa.Enum(
                "purchase_order",
                "contract",
                "utility_bill",
                "credit_note",
                "corrected_invoice",
                "advance_payment",
                "final_construction",
                "other",
                name="invoiceclass",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("claimed_by", sa.Uuid(), nullable=True),
        sa.Column("assigned_because", sa.Text(), nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("certificates", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("supplier_key", sa.Text(), nullable=True),
        sa.Column("amount", sa.Numeric(), nullable=True),
        sa.Column(
            "bank_check",
            sa.Enum(
                "open",
                "not_needed",
                "first",
                "known",
                "different",
                "confirmed",
                name="bankcheck",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("takes_skonto", sa.Boolean(), nullable=False),
        sa.Column("retained_percent", sa.Numeric(), nullable=False),
        sa.Column("retained_until", sa.Date(), nullable=True),
        sa.Column("pay_to", sa.Text(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("skonto_on", sa.Date(), nullable=True),
        sa.Column("urgent_on", sa.Date(), nullable=False),
        sa.Column("at_stake", sa.Numeric(), nullable=False),
        sa.Column("fiscal_year", sa.Integer(), nullable=False),
        sa.Column("assigned_on", sa.Date(), nullable=True),
        sa.Column("accounted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("step_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("(step = 'on_hold') = (held_from is not null)", name=op.f("ck_approvals_held")),
        sa.CheckConstraint("claimed_by is null or unit_id is not null", name=op.f("ck_approvals_claimed")),
        sa.CheckConstraint("retained_percent >= 0 and retained_percent < 100", name=op.f("ck_approvals_retained")),
        sa.ForeignKeyConstraint(["claimed_by"], ["identities.id"], name=op.f("fk_approvals_claimed_by_identities")),
        sa.ForeignKeyConstraint(
            ["invoice_id"], ["invoices.id"], name=op.f("fk_approvals_invoice_id_invoices"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["organisational_units.id"], name=op.f("fk_approvals_unit_id_organisational_units")
        ),
        sa.PrimaryKeyConstraint("invoice_id", name=op.f("pk_approvals")),
    )
    op.create_index(op.f("ix_approvals_step_step_since"), "approvals", ["step", "step_since"], unique=False)
    op.create_index(op.f("ix_approvals_supplier_key"), "approvals", ["supplier_key"], unique=False)
    for name, columns in _WORK_LISTS.items():
        op.create_index(
            name,
            "approvals",
            [*columns, "urgent_on", sa.literal_column("(- at_stake)"), "invoice_id"],
            unique=False,
            postgresql_where=sa.text("step in ('assigned', 'certified', 'checked', 'on_hold', 'received')"),
        )
    op.create_table(
        "supplier_accounts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("supplier_key", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("iban", sa.Text(), nullable=False),
        sa.Column("known_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=True),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["invoice_id"], ["invoices.id"], name=op.f("fk_supplier_accounts_invoice_id_invoices"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_accounts")),
        sa.UniqueConstraint("supplier_key", "iban", name=op.f("uq_supplier_accounts_supplier_key_iban")),
    )
    op.create_index(op.f("ix_supplier_accounts_name_key"), "supplier_accounts", ["name_key"], unique=False)
    op.create_table(
        "account_lines",
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("ledger_account", sa.Text(), nullable=False),
        sa.Column("cost_centre", sa.Text(), nullable=True),
        sa.Column("investment", sa.Text(), nullable=True),
        sa.Column("amount", sa.Numeric(), nullable=True),
        sa.Column("percent", sa.Numeric(), nullable=True),
        sa.Column("booked", sa.Numeric(), nullable=False),
        sa.Column(
            "tax",
            sa.Enum(
                "included",
                "deductible",
                "reverse_charge",
                name="taxtreatment",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("tax_rate", sa.Numeric(), nullable=True),
        sa.Column("deductible_percent", sa.Numeric(), nullable=False),
        sa.Column("tax_amount", sa.Numeric(), nullable=False),
        sa.Column(
            "budget",
            sa.Enum(
                "unchecked",
                "available",
                "overspent",
                name="budgetstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("budget_left", sa.Numeric(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.CheckConstraint("(amount is null) <> (percent is null)", name=op.f("ck_account_lines_share")),
        sa.CheckConstraint("tax = 'included' or tax_rate is not null", name=op.f("ck_account_lines_rate")),
        sa.ForeignKeyConstraint(
            ["invoice_id"],
            ["approvals.invoice_id"],
            name=op.f("fk_account_lines_invoice_id_approvals"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("invoice_id", "position", name=op.f("pk_account_lines")),
    )
    op.create_table(
        "invoice_hands",
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "side",
            sa.Enum("certifier", "orderer", "bank", name="side", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["invoice_id"],
            ["approvals.invoice_id"],
            name=op.f("fk_invoice_hands_invoice_id_approvals"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["person_id"], ["identities.id"], name=op.f("fk_invoice_hands_person_id_identities")),
        sa.PrimaryKeyConstraint("invoice_id", "round", "person_id", name=op.f("pk_invoice_hands")),
        sa.UniqueConstraint(
            "invoice_id", "round", "person_id", "side", name=op.f("uq_invoice_hands_invoice_id_round_person_id_side")
        ),
    )
    op.create_table(
        "invoice_reminders",
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("deadline", sa.Date(), nullable=False),
        sa.Column(
            "addressee",
            sa.Enum("unit", "deputy", "head", name="addressee", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("people", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["invoice_id"],
            ["approvals.invoice_id"],
            name=op.f("fk_invoice_reminders_invoice_id_approvals"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("invoice_id", "deadline", "addressee", name=op.f("pk_invoice_reminders")),
    )
    op.create_index(op.f("ix_invoice_reminders_noted_at"), "invoice_reminders", ["noted_at"], unique=False)
    op.create_table(
        "invoice_acts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column(
            "act",
            sa.Enum(
                "check",
                "accept",
                "reject",
                "mark_duplicate",
                "assign",
                "claim",
                "hand_back",
                "certify_technical",
                "certify_factual",
                "certify_arithmetic",
                "certify_combined",
                "confirm_account",
                "complete",
                "return",
                "order",
                "withdraw",
                "hand_over",
                "recall",
                "acknowledge_booked",
                "acknowledge_failed",
                "hold",
                "resume",
                "cancel",
                "reopen",
                "file",
                name="act",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "from_step",
            sa.Enum(
                "received",
                "checked",
                "assigned",
                "certified",
                "ordered",
                "handed_over",
                "recalled",
                "booked",
                "filed",
                "on_hold",
                "rejected",
                "duplicate",
                "cancelled",
                name="from_step",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "to_step",
            sa.Enum(
                "received",
                "checked",
                "assigned",
                "certified",
                "ordered",
                "handed_over",
                "recalled",
                "booked",
                "filed",
                "on_hold",
                "rejected",
                "duplicate",
                "cancelled",
                name="to_step",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("principal_id", sa.Uuid(), nullable=True),
        sa.Column(
            "side",
            sa.Enum("certifier", "orderer", "bank", name="side", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("rights", postgresql.ARRAY(sa.UUID()), nullable=False),
        sa.Column("amount", sa.Numeric(), nullable=True),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint(
            "(act = 'order') = (side is not distinct from 'orderer')", name=op.f("ck_invoice_acts_ordered")
        ),
        sa.CheckConstraint(
            "side is null or cardinality(rights) > 0 or side = 'bank'", name=op.f("ck_invoice_acts_signed_by_right")
        ),
        sa.CheckConstraint("principal_id <> person_id", name=op.f("ck_invoice_acts_two_persons")),
        sa.ForeignKeyConstraint(
            ["invoice_id", "round", "person_id", "side"],
            ["invoice_hands.invoice_id", "invoice_hands.round", "invoice_hands.person_id", "invoice_hands.side"],
            name="fk_invoice_acts_person",
        ),
        sa.ForeignKeyConstraint(
            ["invoice_id", "round", "principal_id", "side"],
            ["invoice_hands.invoice_id", "invoice_hands.round", "invoice_hands.person_id", "invoice_hands.side"],
            name="fk_invoice_acts_principal",
        ),
        sa.ForeignKeyConstraint(
            ["invoice_id"],
            ["approvals.invoice_id"],
            name=op.f("fk_invoice_acts_invoice_id_approvals"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice_acts")),
    )
    op.create_index(op.f("ix_invoice_acts_invoice_id_id"), "invoice_acts", ["invoice_id", "id"], unique=False)
    op.create_table(
        "payment_orders",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("replaces_id", sa.Uuid(), nullable=True),
        sa.Column(
            "payment_type",
            sa.Enum(
                "transfer",
                "direct_debit",
                "card",
                "offset",
                "other",
                "none",
                name="paymenttype",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("payee", sa.Text(), nullable=False),
        sa.Column("iban", sa.Text(), nullable=True),
        sa.Column("bic", sa.Text(), nullable=True),
        sa.Column("account_name", sa.Text(), nullable=True),
        sa.Column("mandate", sa.Text(), nullable=True),
        sa.Column("creditor_id", sa.Text(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("payable", sa.Numeric(), nullable=False),
        sa.Column("skonto", sa.Numeric(), nullable=False),
        sa.Column("retained", sa.Numeric(), nullable=False),
        sa.Column("retained_until", sa.Date(), nullable=True),
        sa.Column("tax_owed", sa.Numeric(), nullable=False),
        sa.Column("amount", sa.Numeric(), nullable=False),
        sa.Column("pay_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("remittance", sa.Text(), nullable=False),
        sa.Column("fiscal_year", sa.Integer(), nullable=False),
        sa.Column("about", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("lines", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "handed_over",
                "taken",
                "booked",
                "failed",
                "withdrawn",
                name="orderstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("deliveries", sa.Integer(), nullable=False),
        sa.Column("leases", postgresql.ARRAY(sa.UUID()), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recalled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ledger_number", sa.Text(), nullable=True),
        sa.Column("booked_on", sa.Date(), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("payable - skonto - retained = amount", name=op.f("ck_payment_orders_amount")),
        sa.ForeignKeyConstraint(["act_id"], ["invoice_acts.id"], name=op.f("fk_payment_orders_act_id_invoice_acts")),
        sa.ForeignKeyConstraint(
            ["invoice_id"], ["approvals.invoice_id"], name=op.f("fk_payment_orders_invoice_id_approvals")
        ),
        sa.ForeignKeyConstraint(
            ["replaces_id"], ["payment_orders.id"], name=op.f("fk_payment_orders_replaces_id_payment_orders")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_orders")),
        sa.UniqueConstraint("act_id", name=op.f("uq_payment_orders_act_id")),
        sa.UniqueConstraint("number", name=op.f("uq_payment_orders_number")),
    )
    op.create_index(op.f("ix_payment_orders_invoice_id"), "payment_orders", ["invoice_id"], unique=False)
    op.create_index(
        "ix_payment_orders_open",
        "payment_orders",
        ["pay_on", "id"],
        unique=False,
        postgresql_where="state in ('open', 'handed_over') or (state = 'taken' and recalled_at is not null)",
    )
    op.create_index(
        "uq_payment_orders_alive",
        "payment_orders",
        ["invoice_id"],
        unique=True,
        postgresql_where="state not in ('withdrawn', 'failed')",
    )
    for name in _OF_AN_INVOICE:
        op.add_column("invoices", sa.Column(name, sa.Text(), nullable=True))
    for name in _LISTS_OF_AN_INVOICE:
        op.add_column("invoices", sa.Column(name, postgresql.JSONB(), server_default="[]", nullable=False))
        op.alter_column("invoices", name, server_default=None)
    _allow_roles(*ROLES, "accounting", "finance_system")
    op.execute(_UNCHANGEABLE)


def downgrade() -> None:
    op.execute("DELETE FROM grants WHERE role IN ('accounting', 'finance_system')")
    _allow_roles(*ROLES)
    op.drop_index(
        "uq_payment_orders_alive", table_name="payment_orders", postgresql_where="state not in ('withdrawn', 'failed')"
    )
    op.drop_index("ix_payment_orders_open", table_name="payment_orders")
    op.drop_index(op.f("ix_payment_orders_invoice_id"), table_name="payment_orders")
    op.drop_table("payment_orders")
    op.drop_index(op.f("ix_invoice_acts_invoice_id_id"), table_name="invoice_acts")
    op.drop_table("invoice_acts")
    op.drop_index(op.f("ix_invoice_reminders_noted_at"), table_name="invoice_reminders")
    op.drop_table("invoice_reminders")
    op.drop_table("invoice_hands")
    op.drop_table("account_lines")
    op.drop_index(op.f("ix_supplier_accounts_name_key"), table_name="supplier_accounts")
    op.drop_table("supplier_accounts")
    for name in _WORK_LISTS:
        op.drop_index(name, table_name="approvals")
    op.drop_index(op.f("ix_approvals_supplier_key"), table_name="approvals")
    op.drop_index(op.f("ix_approvals_step_step_since"), table_name="approvals")
    op.drop_table("approvals")
    op.drop_index(op.f("ix_signing_rights_person_id"), table_name="signing_rights")
    op.drop_table("signing_rights")
    op.drop_column("identities", "email")
    op.drop_table("invoice_rounds")
    op.drop_table("invoice_digests")
    op.drop_table("assignment_rules")
    op.execute("DROP FUNCTION refuse_act_change(); DROP FUNCTION refuse_order_change();")
    for name in (*_OF_AN_INVOICE, *_LISTS_OF_AN_INVOICE):
        op.drop_column("invoices", name)
