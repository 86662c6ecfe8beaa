using System.Globalization;

namespace Steering.Training.Trainer;

/// <summary>Refuses options that cannot be, each by name.</summary>
internal static class TrainingOptionsValidator
{
    private const int MostLatents = 1 << 24;

    /// <summary>Checks options for activations of a width.</summary>
    /// <param name="options">The options.</param>
    /// <param name="hiddenSize">Width d of the residual stream.</param>
    /// <exception cref="SteeringException">One cannot be.</exception>
    public static void Validate(TrainingOptions options, int hiddenSize)
    {
        ArgumentNullException.ThrowIfNull(options);
        Require(options.LatentCount is >= 1 and <= MostLatents, "LatentCount", options.LatentCount, $"1 to {MostLatents}");
        Require((long)options.LatentCount * hiddenSize <= int.MaxValue, "LatentCount", options.LatentCount, $"at most {int.MaxValue / hiddenSize} with {hiddenSize} dimensions");
        options.Autoencoder.Validate(hiddenSize, options.LatentCount);
        Require(options.Tokens >= 1, "Tokens", options.Tokens, "at least 1");
        Require(options.BatchSize is >= 1 and <= 1 << 20, "BatchSize", options.BatchSize, "1 to 1048576");
        Require(double.IsFinite(options.PeakLearningRate) && options.PeakLearningRate > 0, "LearningRate", options.PeakLearningRate, "a positive number");
        Require(options.WarmUpSteps >= 0, "WarmUpSteps", options.WarmUpSteps, "at least 0");
        Require(options.DecayShare is >= 0 and <= 1, "DecayShare", options.DecayShare, "0 to 1");
        Require(options.Adam.Beta1 is >= 0 and < 1, "Adam.Beta1", options.Adam.Beta1, "0 to below 1");
        Require(options.Adam.Beta2 is >= 0 and < 1, "Adam.Beta2", options.Adam.Beta2, "0 to below 1");
        Require(options.Adam.Epsilon is > 0 and < 1, "Adam.Epsilon", options.Adam.Epsilon, "above 0, below 1");
        Require(options.GradientClip >= 0, "GradientClip", options.GradientClip, "at least 0");
        Require(options.Initialisation.EncoderScale is null or (> 0 and <= 10), "Initialisation.EncoderScale", options.Initialisation.EncoderScale, "above 0, at most 10");
        Require(options.Initialisation.DecoderNorm is null or (> 0 and <= 10), "Initialisation.DecoderNorm", options.Initialisation.DecoderNorm, "above 0, at most 10");
        Require(options.Initialisation.DecoderNorm is null or 1 || !options.Autoencoder.UnitNormDecoder, "Initialisation.DecoderNorm", options.Initialisation.DecoderNorm, "1 or nothing where UnitNormDecoder is set");
        Require(options.DeadAfterTokens >= 1, "DeadAfterTokens", options.DeadAfterTokens, "at least 1");
        Require(options.EstimationRows is >= 1 and <= 1 << 22, "EstimationRows", options.EstimationRows, "1 to 4194304");
        var penalised = options.Autoencoder.Create().HasSparsityPenalty;
        Require(options.ResampleSteps is null || penalised, "ResampleSteps", options.ResampleSteps, "nothing for a kind that keeps a fixed number of latents: its auxiliary loss revives the dead");
        Require(options.ResampleSteps is null or >= 0, "ResampleSteps", options.ResampleSteps, "at least 0");
        Require(options.SparsityWarmUpShare is >= 0 and <= 1, "SparsityWarmUpShare", options.SparsityWarmUpShare, "0 to 1");
        Require(options.TargetL0 is null || penalised, "TargetL0", options.TargetL0, "nothing for a kind that keeps a fixed number of latents; set K");
        Require(options.TargetL0 is null || (options.TargetL0 > 0 && options.TargetL0 <= options.LatentCount), "TargetL0", options.TargetL0, $"above 0 and at most the {options.LatentCount} latents");
    }

    private static void Require(bool holds, string name, object? given, string expected)
    {
        if (!holds)
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"Training option {name} is {given}; expected {expected}."));
        }
    }
}
