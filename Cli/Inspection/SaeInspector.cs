using System.Globalization;
using Steering.Catalogues;
using Steering.Saes;
using Steering.Saes.Formats;

namespace Steering.Cli.Inspection;

/// <summary>Describes sparse autoencoders.</summary>
internal static class SaeInspector
{
    public static Description Describe(string path)
    {
        var format = SaeFolder.NameOf(SaeFolder.Detect(path));
        var parameters = SaeFolder.ReadParameters(path);
        var facts = Unfolded(parameters);
        var sae = FeatureCatalogue.Complete(SparseAutoencoder.Create(parameters, SaeFolder.ReadStatistics(path)), SaeFolder.FolderOf(path));
        var places = sae.K > 0 ? string.Create(CultureInfo.InvariantCulture, $", {sae.K} active per token") : string.Empty;
        var site = sae.Site is null ? "its configuration names no residual site" : $"it reads {sae.Site}";
        var unit = sae.Statistics is null ? "Its maximum activations are not known; 'steer sae stats' measures them." : "Its maximum activations are known.";
        var sentence = string.Create(CultureInfo.InvariantCulture, $"A {Word(sae.Architecture)} sparse autoencoder in the layout of {format}: {sae.LatentCount} features over width {sae.HiddenSize}{places}; {site}{(sae.ModelName is null ? string.Empty : $" of {sae.ModelName}")}. {unit}");
        return new Description("sae", path, sentence,
        [
            new Fact("format", format),
            new Fact("architecture", Word(sae.Architecture)),
            new Fact("features", sae.LatentCount),
            new Fact("hiddenSize", sae.HiddenSize),
            new Fact("k", sae.K > 0 ? sae.K : null),
            new Fact("normalisation", sae.Normalisation.ToString()),
            .. facts,
            new Fact("site", sae.Site),
            new Fact("hookName", sae.HookName),
            new Fact("model", sae.ModelName),
            new Fact("training", parameters.Training?.ToJson()),
            new Fact("statisticsTokens", sae.Statistics?.TokenCount),
            new Fact("featuresThatFired", sae.Statistics is { } statistics ? statistics.LatentCount - statistics.MaxActivation.Span.Count(0f) : null),
        ]);
    }

    /// <summary>What the file leaves to its reader, and the folds of 'steer sae convert' would take away.</summary>
    private static Fact[] Unfolded(SaeParameters parameters) =>
    [
        new("inputScale", parameters.ActivationScale == 1 ? null : parameters.ActivationScale),
        new("subtractsDecoderBiasFromInput", parameters.ApplyDecoderBiasToInput),
        new("rescalesByDecoderNorm", parameters.RescaleByDecoderNorm ? true : null),
    ];

    private static string Word(SaeArchitecture architecture) => architecture switch
    {
        SaeArchitecture.JumpRelu => "JumpReLU",
        SaeArchitecture.MatryoshkaBatchTopK => "Matryoshka BatchTopK",
        SaeArchitecture.MatchingPursuit => "matching pursuit",
        SaeArchitecture.Standard or SaeArchitecture.Gated => architecture.ToString().ToLowerInvariant(),
        _ => architecture.ToString(),
    };
}
