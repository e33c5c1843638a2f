/**
 * What is to be computed, as immutable values: relations ({@link dev.leat.engine.plan.Node}),
 * expressions ({@link dev.leat.engine.plan.Expr}), types and schemas. It knows nothing of how it is
 * computed; the runtime and the test kit's reference evaluator both read it. {@link
 * dev.leat.engine.plan.PlanManifest} is what is stored of a plan, {@link
 * dev.leat.engine.plan.PlanDiff} says what another plan makes of it.
 */
package dev.leat.engine.plan;
