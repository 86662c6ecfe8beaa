using Microsoft.Extensions.AI;
using Steering.Policies;

namespace Steering.Chat;

/// <summary>Picks or passes a steering policy for one request.</summary>
public static class SteeringChatOptionsExtensions
{
    /// <summary>Key of <see cref="ChatOptions.AdditionalProperties"/> that holds the policy, or its name.</summary>
    public const string PolicyKey = "steering.policy";

    /// <summary>Key of <see cref="ChatOptions.AdditionalProperties"/> for the repetition penalty, a number above 0.</summary>
    public const string RepetitionPenaltyKey = "repetition_penalty";

    /// <summary>Steers this request by a policy that was registered under a name.</summary>
    /// <param name="options">The request's options.</param>
    /// <param name="policyName">The name.</param>
    /// <returns>The same options.</returns>
    public static ChatOptions WithSteering(this ChatOptions options, string policyName)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(policyName);
        return options.Set(policyName);
    }

    /// <summary>Steers this request by a policy.</summary>
    /// <param name="options">The request's options.</param>
    /// <param name="policy">The policy; compiled once and cached by reference.</param>
    /// <returns>The same options.</returns>
    public static ChatOptions WithSteering(this ChatOptions options, SteeringPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return options.Set(policy);
    }

    /// <summary>Leaves this request unsteered, whatever the client's default policy is.</summary>
    /// <param name="options">The request's options.</param>
    /// <returns>The same options.</returns>
    public static ChatOptions WithoutSteering(this ChatOptions options) => options.Set(SteeringPolicy.Create("none"));

    private static ChatOptions Set(this ChatOptions options, object policy)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.AdditionalProperties ??= [];
        options.AdditionalProperties[PolicyKey] = policy;
        return options;
    }
}
