namespace Steering.Compilation;

/// <summary>One row of a site: where it comes from and when it acts.</summary>
/// <param name="Label">What the row watches, for people and telemetry, as in <c>toxicity</c> or <c>sae#4514</c>.</param>
/// <param name="Feature">SAE latent index that the row reads, or −1 for a direction.</param>
/// <param name="Intervention">Index of the intervention in the policy that owns the row, or −1 for a row that is only watched.</param>
public sealed record ProgramRow(string Label, int Feature, int Intervention)
{
    /// <summary>
    /// Whether the row's activation output is the activation of what it edits. False for rows that only write (adding a
    /// direction, adding to a latent whose activity would cost a whole encoder to know): their output is 0. Watch the
    /// feature to have its activation.
    /// </summary>
    public bool ReportsActivation { get; init; } = true;
}
