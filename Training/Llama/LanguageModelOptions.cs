using Steering.Training.Optimisation;

namespace Steering.Training.Llama;

/// <summary>Everything that decides what the training of a language model computes, but the text.</summary>
public sealed record LanguageModelOptions
{
    /// <summary>Shape of the model.</summary>
    public required LlamaSettings Model { get; init; }

    /// <summary>Tokens to train on.</summary>
    public required long Tokens { get; init; }

    /// <summary>Tokens of one window; at most the model's context.</summary>
    public int WindowLength { get; init; } = 512;

    /// <summary>Windows of one step.</summary>
    public int BatchWindows { get; init; } = 4;

    /// <summary>Peak learning rate.</summary>
    public double LearningRate { get; init; } = 4e-3;

    /// <summary>Share of the steps, at the beginning, over which the learning rate rises linearly from 0; after that it falls linearly to 0.</summary>
    public double WarmUpShare { get; init; } = 0.03;

    /// <summary>Adam's constants.</summary>
    public AdamSettings Adam { get; init; } = new(Beta2: 0.98);

    /// <summary>Share of a matrix that decays in a step, in units of the learning rate (AdamW, arXiv 1711.05101); norms do not decay.</summary>
    public double WeightDecay { get; init; } = 0.1;

    /// <summary>Largest norm of all gradients together.</summary>
    public double GradientClip { get; init; } = 1;

    /// <summary>Seed of the first weights.</summary>
    public long Seed { get; init; }

    /// <summary>Tokens of one step.</summary>
    public int BatchTokens => WindowLength * BatchWindows;

    /// <summary>Number of steps.</summary>
    public long Steps => (Tokens + BatchTokens - 1) / BatchTokens;

    /// <summary>Learning rate of a step.</summary>
    /// <param name="step">0 for the first.</param>
    internal double LearningRateAt(long step)
    {
        var rising = Math.Max(1, WarmUpShare * Steps);
        return LearningRate * Math.Min(Math.Min(1, (step + 1) / rising), (Steps - step) / Math.Max(1, Steps - rising));
    }

    /// <summary>The same options, when a model can be trained with them.</summary>
    /// <exception cref="SteeringException">One of them cannot be; the message names it.</exception>
    internal LanguageModelOptions Checked()
    {
        _ = Model.Checked();
        return Tokens < 1 ? throw new SteeringException($"{Tokens} tokens cannot be trained on; ask for at least 1.")
            : WindowLength < 1 || WindowLength > Model.ContextLength ? throw new SteeringException($"Windows of {WindowLength} tokens were asked for; the model reads 1 to {Model.ContextLength}.")
            : BatchWindows < 1 ? throw new SteeringException($"A step of {BatchWindows} windows was asked for; it needs at least 1.")
            : !(LearningRate > 0 && double.IsFinite(LearningRate)) ? throw new SteeringException($"A learning rate of {LearningRate} was asked for; expected a number above 0.")
            : !(WarmUpShare is >= 0 and <= 1) ? throw new SteeringException($"A warm-up over {WarmUpShare} of the steps was asked for; expected 0 to 1.")
            : !(WeightDecay >= 0 && WeightDecay * LearningRate < 1) ? throw new SteeringException($"A weight decay of {WeightDecay} was asked for; with this learning rate expected 0 to below {1 / LearningRate}.")
            : !(GradientClip > 0) ? throw new SteeringException($"A largest gradient norm of {GradientClip} was asked for; expected a number above 0.")
            : this;
    }
}
