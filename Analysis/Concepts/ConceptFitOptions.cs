using Steering.Concepts;

namespace Steering.Analysis.Concepts;

/// <summary>How concepts are measured.</summary>
public sealed record ConceptFitOptions
{
    /// <summary>How tokens become observations. Default: the largest activation of each latent over the text.</summary>
    public ConceptPooling Pooling { get; init; }

    /// <summary>Longest text in tokens; what goes beyond is cut off. Default: 256.</summary>
    public int MaximumTokens { get; init; } = 256;

    /// <summary>Label of the tokens in no labelled span or step; null leaves them out. Default: null.</summary>
    public string? Outside { get; init; }

    /// <summary>How many active values of a latent under a concept are kept singly (<see cref="ConceptAccumulator.DefaultExactValues"/>).</summary>
    public int ExactValues { get; init; } = ConceptAccumulator.DefaultExactValues;
}
