using Microsoft.Extensions.AI;
using Steering.Policies;

namespace Steering.Chat;

/// <summary>Picks or passes a steering policy for one request. Nothing changes the options it is given: use what it returns.</summary>
public static class SteeringChatOptionsExtensions
{
    /// <summary>Key of <see cref="ChatOptions.AdditionalProperties"/> that holds the policy, or its name.</summary>
    public const string PolicyKey = "steering.policy";

    /// <summary>Key of <see cref="ChatOptions.AdditionalProperties"/> for the repetition penalty, a number above 0.</summary>
    public const string RepetitionPenaltyKey = "repetition_penalty";

    /// <summary>Steers this request by a policy that was registered under a name.</summary>
    /// <param name="options">The request's options.</param>
    /// <param name="policyName">The name.</param>
    /// <returns>A copy of the options with the policy.</returns>
    public static ChatOptions WithSteering(this ChatOptions options, string policyName)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(policyName);
        return options.With(policyName);
    }

    /// <summary>Steers this request by a policy.</summary>
    /// <param name="options">The request's options.</param>
    /// <param name="policy">The policy; compiled once and cached by reference.</param>
    /// <returns>A copy of the options with the policy.</returns>
    public static ChatOptions WithSteering(this ChatOptions options, SteeringPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return options.With(policy);
    }

    /// <summary>Leaves this request unsteered, whatever the client's default policy is.</summary>
    /// <param name="options">The request's options.</param>
    /// <returns>A copy of the options without steering.</returns>
    public static ChatOptions WithoutSteering(this ChatOptions options) => options.With(SteeringPolicy.Create("none"));

    private static ChatOptions With(this ChatOptions options, object policy)
    {
        ArgumentNullException.ThrowIfNull(options);

        // Options are often shared by many requests, and a dictionary that two of them change is a race.
        var own = options.Clone();
        own.AdditionalProperties = own.AdditionalProperties is null ? [] : new(own.AdditionalProperties);
        own.AdditionalProperties[PolicyKey] = policy;
        return own;
    }
}
