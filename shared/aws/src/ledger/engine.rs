//! The engine's side: leases, transitions, checkpoints.

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};
use jiff::Timestamp;
use privacy::deadline::DueBy;
use privacy::ids::TenantId;
use privacy::keys::KeyedRef;
use privacy::legal_hold::{HoldId, LegalHold};
use privacy::obligation::{Head, ObligationId, Outcome, State};
use privacy::plan::Plan;
use privacy::policy::retained::Exception;
use privacy::ports::{Advance, Answer, DueIndex, Lease, Leased, Ledger, NextAction};
use privacy::scope::{Place, Scope};

use super::{LedgerTable, head_key, key, outcomes, rows, sequenced};
use crate::attributes::{Item, at, get_place, get_text, number, text, texts};
use crate::faults::{fault, refusing_row};
use crate::patience;

impl LedgerTable {
    fn update_head(&self, id: &ObligationId) -> UpdateItemFluentBuilder {
        self.client.update_item().table_name(&self.table).set_key(Some(head_key(id)))
    }

    async fn put_row(&self, action: &'static str, id: &ObligationId, sort: String, row: Item) -> Answer<()> {
        let mut item = key(id, sort);
        item.extend(row);
        self.client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .send()
            .await
            .map(drop)
            .map_err(fault(action))
    }
}

/// Changes a row where it is not so already. Who lost the lease is told so by the transition that follows.
async fn amend(action: &'static str, update: UpdateItemFluentBuilder) -> Answer<()> {
    patience::send(update).await.map(drop).or_else(|error| refusing_row(action)(error).map(drop))
}

impl Ledger for LedgerTable {
    async fn lease(&self, lease: &Lease, now: Timestamp, until: Timestamp) -> Answer<Leased> {
        let update = self
            .update_head(&lease.id)
            .update_expression("SET worker = :worker, leased_until = :until")
            .condition_expression("attribute_exists(pk) AND (attribute_not_exists(leased_until) OR leased_until <= :now OR worker = :worker)")
            .expression_attribute_values(":worker", text(&lease.worker))
            .expression_attribute_values(":until", at(until))
            .expression_attribute_values(":now", at(now))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match patience::send(update).await {
            Ok(answer) => Ok(Leased::Granted(Box::new(rows::head(&answer.attributes.unwrap_or_default())?))),
            Err(error) => match refusing_row("ledger.lease")(error)? {
                Some(_) => Ok(Leased::Busy),
                None => Ok(Leased::Gone),
            },
        }
    }

    async fn release(&self, lease: &Lease) -> Answer<()> {
        let update = self
            .update_head(&lease.id)
            .update_expression("REMOVE worker, leased_until")
            .condition_expression("worker = :worker")
            .expression_attribute_values(":worker", text(&lease.worker));
        amend("ledger.release", update).await
    }

    async fn advance(&self, lease: &Lease, advance: &Advance) -> Answer<Option<Head>> {
        let transition = Transition::of(&lease.id, advance);
        let mut condition = "worker = :worker".to_owned();
        if advance.if_covers_until.is_some() {
            condition.push_str(" AND covers_until = :covers_until");
        }
        // Whatever a worker had in mind: what was cancelled meanwhile stays so.
        if !matches!(advance.state, State::Cancelled { .. }) {
            condition.push_str(" AND attribute_not_exists(cancelled_at)");
        }
        // The mark of another replay is not moved: its look is still to be made.
        if advance.replay.is_some() {
            condition.push_str(" AND replay_asked_at = :replay_asked_at");
        }
        let mut update = self
            .update_head(&lease.id)
            .update_expression(transition.expression)
            .condition_expression(condition)
            .expression_attribute_values(":worker", text(&lease.worker))
            .return_values(ReturnValue::AllNew);
        for (name, value) in transition.values {
            update = update.expression_attribute_values(name, value);
        }
        update = update.expression_attribute_names("#state", "state");
        if let Some(covers_until) = advance.if_covers_until {
            update = update.expression_attribute_values(":covers_until", at(covers_until));
        }
        if let Some((asked_at, _)) = advance.replay {
            update = update.expression_attribute_values(":replay_asked_at", at(asked_at));
        }
        match patience::send(update).await {
            Ok(answer) => rows::head(&answer.attributes.unwrap_or_default()).map(Some),
            Err(error)
                if error.as_service_error().is_some_and(UpdateItemError::is_conditional_check_failed_exception) =>
            {
                Ok(None)
            }
            Err(error) => Err(fault("ledger.advance")(error)),
        }
    }

    async fn holds(&self, tenant: &TenantId) -> Answer<Vec<LegalHold>> {
        self.holds_of(tenant).await
    }

    async fn awaited_bundles(&self, tenant: &TenantId) -> Answer<Vec<ObligationId>> {
        self.awaited(tenant).await
    }

    async fn wait_for(&self, id: &ObligationId, hold: &HoldId) -> Answer<()> {
        self.note_waiting(id, hold).await
    }

    async fn bring_forward(&self, lease: &Lease, due_by: &DueBy) -> Answer<()> {
        let update = self
            .update_head(&lease.id)
            .update_expression("SET due_date = :date, due_zone = :zone")
            .condition_expression("worker = :worker AND due_date > :date")
            .expression_attribute_values(":date", text(due_by.date.to_string()))
            .expression_attribute_values(":zone", text(&due_by.time_zone))
            .expression_attribute_values(":worker", text(&lease.worker));
        amend("ledger.bring_forward", update).await
    }

    async fn widen(&self, lease: &Lease, covers_until: Timestamp) -> Answer<()> {
        let update = self
            .update_head(&lease.id)
            .update_expression("SET covers_until = :covers_until")
            .condition_expression("worker = :worker AND covers_until < :covers_until")
            .expression_attribute_values(":covers_until", at(covers_until))
            .expression_attribute_values(":worker", text(&lease.worker));
        amend("ledger.widen", update).await
    }

    async fn note_retained(&self, lease: &Lease, codes: &[Exception]) -> Answer<()> {
        let codes: Vec<&str> = codes.iter().map(|code| code.as_str()).collect();
        let update = self
            .update_head(&lease.id)
            .update_expression("SET retained = :codes")
            .condition_expression("worker = :worker")
            .expression_attribute_values(":codes", texts(&codes))
            .expression_attribute_values(":worker", text(&lease.worker));
        amend("ledger.note_retained", update).await
    }

    async fn begin(&self, lease: &Lease, now: Timestamp) -> Answer<Option<Head>> {
        let update = self
            .update_head(&lease.id)
            .update_expression("SET begun_at = if_not_exists(begun_at, :now)")
            .condition_expression("worker = :worker AND #state = :received")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":received", text(State::Received.name()))
            .expression_attribute_values(":worker", text(&lease.worker))
            .expression_attribute_values(":now", at(now))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match patience::send(update).await {
            Ok(answer) => rows::head(&answer.attributes.unwrap_or_default()).map(Some),
            Err(error) => refusing_row("ledger.begin")(error).map(|_| None),
        }
    }

    async fn is_cancelled(&self, id: &ObligationId) -> Answer<bool> {
        let head = DueIndex::head(self, id).await?;
        Ok(head.is_some_and(|head| matches!(head.state, State::Cancelled { .. })))
    }

    async fn scopes(&self, head: &Head) -> Answer<Vec<Scope>> {
        let beginning = format!("{}#", sequenced("scope", head.seq));
        let rows = self.rows("ledger.scopes", head.id.partition(), &beginning).await?;
        rows.iter().map(rows::scope).collect()
    }

    async fn earlier_places(&self, head: &Head) -> Answer<Vec<Place>> {
        let rows = self.rows("ledger.scopes", head.id.partition(), "scope#").await?;
        let own = format!("{}#", sequenced("scope", head.seq));
        let is_earlier = |row: &&Item| get_text(row, "sk").is_ok_and(|sort| !sort.starts_with(&own));
        rows.iter().filter(is_earlier).map(get_place).collect()
    }

    async fn hand_on(&self, head: &Head, subjects: &[KeyedRef]) -> Answer<()> {
        for subject in subjects {
            let sort = format!("{}#{subject}", sequenced("subject", head.seq));
            self.put_row("ledger.hand_on", &head.id, sort, Item::new()).await?;
        }
        Ok(())
    }

    async fn handed_on(&self, head: &Head) -> Answer<Vec<KeyedRef>> {
        let beginning = format!("{}#", sequenced("subject", head.seq));
        let rows = self.rows("ledger.handed_on", head.id.partition(), &beginning).await?;
        let subject = |row: &Item| get_text(row, "sk").map(|sort| sort.trim_start_matches(&beginning).to_owned());
        rows.iter().map(|row| subject(row).map(KeyedRef::from_stored)).collect()
    }

    async fn save_scope(&self, head: &Head, scope: &Scope) -> Answer<()> {
        let sort = format!("{}#{}", sequenced("scope", head.seq), scope.place);
        self.put_row("ledger.save_scope", &head.id, sort, rows::scope_row(scope)).await
    }

    async fn save_plan(&self, head: &Head, plan: &Plan) -> Answer<()> {
        let over = plan.over_ceiling.iter().map(|(class, ceiling)| (class.clone(), number(ceiling)));
        let row = Item::from([
            ("hash".to_owned(), text(plan.hash.as_str())),
            ("covers_until".to_owned(), at(plan.covers_until)),
            ("places".to_owned(), number(plan.places)),
            ("counts".to_owned(), rows::counts_value(&plan.counts)),
            ("over_ceiling".to_owned(), AttributeValue::M(over.collect())),
        ]);
        self.put_row("ledger.save_plan", &head.id, sequenced("plan", head.seq), row).await
    }

    async fn save_outcomes(&self, head: &Head, outcomes: &[(String, Outcome)]) -> Answer<()> {
        let outcomes = outcomes.iter().map(|(class, outcome)| (class.clone(), outcomes::outcome_value(outcome)));
        let row = Item::from([("outcomes".to_owned(), AttributeValue::M(outcomes.collect()))]);
        self.put_row("ledger.save_outcomes", &head.id, sequenced("outcome", head.seq), row).await
    }
}

/// A state written as one update: the facts it has, and the removal of those it has not.
struct Transition {
    expression: String,
    values: Vec<(String, AttributeValue)>,
}

impl Transition {
    fn of(id: &ObligationId, advance: &Advance) -> Self {
        let mut facts = rows::state_facts(&advance.state);
        facts.extend(advance.awaited.iter().flat_map(rows::awaited_facts));
        let mut removed: Vec<&str> =
            rows::STATE_FACTS.into_iter().filter(|name| !facts.iter().any(|(fact, _)| fact == name)).collect();
        // More may be erased beside holds that stay in force.
        removed.retain(|name| *name != rows::HELD_BY || advance.forgets_holds());
        match advance.next_action {
            NextAction::Keep => {}
            NextAction::At(instant) => {
                facts.push(("next_action_at", at(instant)));
                // It may have stood among the closed.
                facts.extend(advance.replay.map(|_| ("due_shard", text(rows::shard(id)))));
            }
            NextAction::Never => match advance.state.closed_at() {
                Some(closed_at) => facts.extend(rows::closed_facts(id, closed_at)),
                None => removed.extend(["next_action_at", "due_shard"]),
            },
        }
        facts.extend(advance.replay.map(|(_, stage)| ("replay_stage", text(stage.as_str()))));
        let assignment =
            |name: &str| if name == "state" { "#state = :state".to_owned() } else { format!("{name} = :{name}") };
        let mut assignments: Vec<String> = facts.iter().map(|(name, _)| assignment(name)).collect();
        let mut values: Vec<(String, AttributeValue)> =
            facts.into_iter().map(|(name, value)| (format!(":{name}"), value)).collect();
        if advance.is_reopening {
            assignments.push("reopened = reopened + :one".to_owned());
            values.push((":one".to_owned(), number(1)));
        }
        let expression = format!("SET {} REMOVE {}", assignments.join(", "), removed.join(", "));
        Self { expression, values }
    }
}

#[cfg(test)]
mod tests {
    use privacy::obligation::PlanHash;

    use super::*;

    #[test]
    fn a_transition_writes_its_facts_and_removes_the_others() {
        let id = ObligationId::parse(&"b".repeat(32)).unwrap();
        let verifying = State::Verifying {
            plan: PlanHash::from_stored("0f".repeat(32)),
            erased_at: "2026-03-01T00:00:00Z".parse().unwrap(),
            looks: vec![],
        };
        let advance = Advance::to(verifying, NextAction::Never);
        expect_test::expect![[r#"SET #state = :state, plan_hash = :plan_hash, erased_at = :erased_at, looks = :looks REMOVE plan_covers_until, retry_at, attempts, completed_at, cancelled_at, held_by, review_by, gone_at, awaited, next_action_at, due_shard"#]]
            .assert_eq(&Transition::of(&id, &advance).expression);
        let at = "2026-03-01T00:00:00Z".parse().unwrap();
        let closing = Advance { state: State::Completed { erased_at: at, completed_at: at, looks: vec![] }, ..advance };
        expect_test::expect!["SET #state = :state, erased_at = :erased_at, completed_at = :completed_at, looks = :looks, due_shard = :due_shard, next_action_at = :next_action_at REMOVE plan_hash, plan_covers_until, retry_at, attempts, cancelled_at, held_by, review_by, gone_at, awaited"].assert_eq(&Transition::of(&id, &closing).expression);
    }
}
