using System.Globalization;
using Steering.Saes;

namespace Steering.Training.Trainer;

/// <summary>Refuses options that cannot be, each by name.</summary>
internal static class TrainingOptionsValidator
{
    private const int MostLatents = 1 << 24;

    public static void Validate(TrainingOptions options, int hiddenSize)
    {
        ArgumentNullException.ThrowIfNull(options);
        Require(options.Architecture is SaeArchitecture.TopK or SaeArchitecture.AbsTopK or SaeArchitecture.BatchTopK or SaeArchitecture.MatryoshkaBatchTopK, "Architecture", options.Architecture, "TopK, AbsTopK, BatchTopK or MatryoshkaBatchTopK");
        Require(options.LatentCount is >= 1 and <= MostLatents, "LatentCount", options.LatentCount, $"1 to {MostLatents}");
        Require((long)options.LatentCount * hiddenSize <= int.MaxValue, "LatentCount", options.LatentCount, $"at most {int.MaxValue / hiddenSize} with {hiddenSize} dimensions");
        Require(options.K > 0 && options.K <= options.LatentCount, "K", options.K, $"above 0 and at most the {options.LatentCount} latents");
        var perToken = options.Architecture is SaeArchitecture.TopK or SaeArchitecture.AbsTopK;
        Require(!perToken || options.K == Math.Floor(options.K), "K", options.K, $"a whole number for {options.Architecture}");
        Require(options.Tokens >= 1, "Tokens", options.Tokens, "at least 1");
        Require(options.BatchSize is >= 1 and <= 1 << 20, "BatchSize", options.BatchSize, "1 to 1048576");
        Require(double.IsFinite(options.PeakLearningRate) && options.PeakLearningRate > 0, "LearningRate", options.PeakLearningRate, "a positive number");
        Require(options.WarmUpSteps >= 0, "WarmUpSteps", options.WarmUpSteps, "at least 0");
        Require(options.DecayShare is >= 0 and <= 1, "DecayShare", options.DecayShare, "0 to 1");
        Require(options.Adam.Beta1 is >= 0 and < 1, "Adam.Beta1", options.Adam.Beta1, "0 to below 1");
        Require(options.Adam.Beta2 is >= 0 and < 1, "Adam.Beta2", options.Adam.Beta2, "0 to below 1");
        Require(options.Adam.Epsilon is > 0 and < 1, "Adam.Epsilon", options.Adam.Epsilon, "above 0, below 1");
        Require(options.GradientClip >= 0, "GradientClip", options.GradientClip, "at least 0");
        Require(options.EncoderStart is > 0 and <= 10, "EncoderStart", options.EncoderStart, "above 0, at most 10");
        Require(options.DeadAfterTokens >= 1, "DeadAfterTokens", options.DeadAfterTokens, "at least 1");
        Require(options.AuxiliaryCoefficient is >= 0 and <= 1000, "AuxiliaryCoefficient", options.AuxiliaryCoefficient, "0 to 1000");
        Require(options.AuxiliaryLatents is null or >= 1, "AuxiliaryLatents", options.AuxiliaryLatents, "at least 1");
        Require(options.EstimationRows is >= 1 and <= 1 << 22, "EstimationRows", options.EstimationRows, "1 to 4194304");
        ValidatePrefixes(options);
    }

    private static void ValidatePrefixes(TrainingOptions options)
    {
        var prefixes = options.Prefixes;
        Require(prefixes.Count == 0 || options.Architecture == SaeArchitecture.MatryoshkaBatchTopK, "Prefixes", string.Join(", ", prefixes), "none but for MatryoshkaBatchTopK");
        var ascending = prefixes.Zip(prefixes.Skip(1)).All(pair => pair.First < pair.Second);
        Require(prefixes.Count == 0 || (prefixes[0] >= 1 && ascending && prefixes[^1] == options.LatentCount), "Prefixes", string.Join(", ", prefixes), $"ascending numbers of latents that end with {options.LatentCount}");
    }

    private static void Require(bool holds, string name, object? given, string expected)
    {
        if (!holds)
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"Training option {name} is {given}; expected {expected}."));
        }
    }
}
