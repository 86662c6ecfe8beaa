namespace Steering.Analysis.Behaviours;

/// <summary>How a confidence shift is learned. The defaults are those of RISE (Zhang et al., arXiv 2512.23988), but for the penalty and the number of columns, which are ours.</summary>
public sealed record ConfidenceOptions
{
    /// <summary>Steps of Adam.</summary>
    public int Iterations { get; init; } = 1000;

    /// <summary>Positions of one step, at least; whole sequences are taken until there are as many.</summary>
    public int BatchPositions { get; init; } = 256;

    /// <summary>Learning rate of the first step; it falls to 0 along a cosine.</summary>
    public double LearningRate { get; init; } = 0.01;

    /// <summary>Weight of the shift's sum of magnitudes beside the entropy, in nats per unit; larger is sparser.</summary>
    public double Penalty { get; init; } = 0.001;

    /// <summary>Latents that are kept in the end, those with the largest coefficients.</summary>
    public int Columns { get; init; } = 32;

    /// <summary>Seed of the order of the sequences.</summary>
    public long Seed { get; init; }

    /// <summary>The same options, when a shift can be learned with them.</summary>
    /// <exception cref="SteeringException">One of them cannot be; the message names it.</exception>
    internal ConfidenceOptions Checked() =>
        Iterations < 1 ? throw new SteeringException($"{Iterations} iterations were asked for; a confidence shift needs at least 1.")
        : BatchPositions < 1 ? throw new SteeringException($"Steps of {BatchPositions} positions were asked for; expected at least 1.")
        : !(LearningRate > 0 && double.IsFinite(LearningRate)) ? throw new SteeringException($"A learning rate of {LearningRate} was asked for; expected a number above 0.")
        : !(Penalty >= 0 && double.IsFinite(Penalty)) ? throw new SteeringException($"A penalty of {Penalty} was asked for; expected 0 or more.")
        : Columns < 1 ? throw new SteeringException($"{Columns} columns were asked for; expected at least 1.")
        : this;
}

/// <summary>What makes a model surer of its next token: a sparse sum of decoder rows added to the residual stream.</summary>
/// <param name="Latents">Latents with a part in the shift, the largest magnitude first.</param>
/// <param name="Coefficients">Their coefficients, in units of the decoder rows.</param>
/// <param name="Direction">[d] the sum: what is added at every position but a sequence's first.</param>
/// <param name="EntropyBefore">Mean entropy of the next token over all sequences without the shift, in nats.</param>
/// <param name="EntropyAfter">The same with it.</param>
public sealed record ConfidenceShift(IReadOnlyList<int> Latents, IReadOnlyList<float> Coefficients, IReadOnlyList<float> Direction, double EntropyBefore, double EntropyAfter);
