using Steering.Policies;

namespace SandboxModel.Policies;

/// <summary>What a policy did to replies.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="Rate">Share of the replies that the dial counts.</param>
/// <param name="WellFormed">Share of well-formed replies.</param>
/// <param name="Correct">Share of replies whose last line answers the word problem rightly; 0 where none was asked.</param>
/// <param name="Nats">Loss of the replies under the model without the policy, in nats a token.</param>
internal sealed record PolicyTrial(SteeringPolicy Policy, double Rate, double WellFormed, double Correct, double Nats);
