namespace Steering.Analysis.Selection;

/// <summary>The mean or last residual of a text, span or step.</summary>
/// <param name="Values">[d].</param>
/// <param name="HasConcept">Whether it carries the concept.</param>
/// <param name="HeldOut">Whether it is kept for measuring.</param>
public sealed record LabelledVector(ReadOnlyMemory<float> Values, bool HasConcept, bool HeldOut);
