namespace Steering.Analysis.Evaluation;

/// <summary>How well a feature and a label go together.</summary>
/// <param name="Latent">Latent, 0-based.</param>
/// <param name="Label">The label, in words.</param>
/// <param name="Threshold">The feature fires where its activation exceeds this share of its largest.</param>
/// <param name="Fired">Tokens on which it fires.</param>
/// <param name="Labelled">Tokens that have the label.</param>
/// <param name="Both">Tokens with both.</param>
public sealed record FeatureLabel(int Latent, string Label, float Threshold, int Fired, int Labelled, int Both)
{
    /// <summary>Share of the firing tokens that have the label; 0 where it never fires.</summary>
    public double Precision => Fired == 0 ? 0 : (double)Both / Fired;

    /// <summary>Share of the labelled tokens on which it fires; 0 where there are none.</summary>
    public double Recall => Labelled == 0 ? 0 : (double)Both / Labelled;

    /// <summary>Harmonic mean of the two.</summary>
    public double F1 => Fired + Labelled == 0 ? 0 : 2.0 * Both / (Fired + Labelled);
}
