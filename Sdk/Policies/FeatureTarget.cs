namespace Steering.Policies;

/// <summary>One or several features of one SAE.</summary>
public sealed record FeatureTarget : InterventionTarget
{
    /// <summary>Id of the SAE in the policy or in the resources; null where there is only one.</summary>
    public string? Sae { get; init; }

    /// <summary>Latent indices, 0-based, without repetition.</summary>
    public required IReadOnlyList<int> Features
    {
        get;
        init => field = ValueList<int>.Of(value);
    }

    /// <summary>The target in words, as in <c>main#4514</c>.</summary>
    public override string ToString() =>
        Features.Count == 1 ? $"{Sae ?? "sae"}#{Features[0]}" : $"{Sae ?? "sae"}#[{string.Join(", ", Features.Take(4))}{(Features.Count > 4 ? ", …" : "")}]";
}
