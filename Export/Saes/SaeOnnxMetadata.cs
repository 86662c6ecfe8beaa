using System.Globalization;
using System.Reflection;
using Steering.Saes;

namespace Steering.Export.Saes;

/// <summary>The lines of metadata that travel inside every exported graph.</summary>
internal static class SaeOnnxMetadata
{
    /// <summary>Lines of one graph, in a fixed order; what is not known is left out.</summary>
    public static IReadOnlyList<(string Key, string Value)> Of(SparseAutoencoder sae, SaeOnnxOptions options, SaeOnnxGraphs graph)
    {
        var lines = new List<(string Key, string Value)>();
        Add("format", SaeOnnxNames.Format);
        Add("format_version", SaeOnnxNames.FormatVersion);
        Add("graph", Path.GetFileNameWithoutExtension(SaeOnnxNames.FileOf(graph)));
        Add("kind", SaeLensConfigWriter.Name(sae.Architecture));
        Add("d_in", Text(sae.HiddenSize));
        Add("d_sae", Text(sae.LatentCount));
        Add("k", sae.K > 0 ? Text(sae.K) : null);
        Add("threshold", Threshold(sae));
        Add("normalisation", SaeLensConfigWriter.Name(sae.Normalisation));
        Add("activations", sae.K > 0 && !options.Dense ? "sparse" : "dense");
        Add("weights", options.Precision == SaeOnnxPrecision.Float16 ? "fp16" : "fp32");
        Add("site", sae.Site);
        Add("hook_name", sae.HookName);
        Add("model_name", sae.ModelName);
        Add("model_sha256", sae.ModelSha256);
        Add("sae_sha256", sae.Fingerprint);
        Add("training", sae.Training?.ToJson());
        return lines;

        void Add(string key, string? value)
        {
            if (value is not null)
            {
                lines.Add((SaeOnnxNames.MetadataPrefix + key, value));
            }
        }
    }

    /// <summary>Version of this library.</summary>
    public static string Version { get; } =
        typeof(SaeOnnxMetadata).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    private static string? Threshold(SparseAutoencoder sae)
    {
        if (sae.Architecture is not (SaeArchitecture.JumpRelu or SaeArchitecture.BatchTopK or SaeArchitecture.MatryoshkaBatchTopK or SaeArchitecture.Gated))
        {
            return null;
        }

        var (low, high) = (float.PositiveInfinity, float.NegativeInfinity);
        foreach (var value in sae.Threshold)
        {
            (low, high) = (Math.Min(low, value), Math.Max(high, value));
        }

        return low == high ? Text(low) : $"{Text(low)} to {Text(high)}";
    }

    private static string Text(IFormattable value) => value.ToString(format: null, CultureInfo.InvariantCulture);
}
