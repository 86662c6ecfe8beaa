using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Steering.Compilation;
using Steering.Policies;

namespace Steering.Analysis.Experiments;

/// <summary>SHA-256 of everything that decides the replies of a condition, so that replies to something else are never continued.</summary>
internal static class ConditionFingerprint
{
    private const int Version = 2;

    public static string Of(Experiment experiment, IExperimentModel model, ExperimentCondition condition, IReadOnlyList<ExperimentPrompt> prompts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(hash, string.Create(CultureInfo.InvariantCulture, $"{Version}|{model.Fingerprint}|{model.DecoderKind}|{condition.Kind}|{prompts.Count}|{experiment.Samples}|{experiment.Seed}|{experiment.Temperature:R}|{experiment.TopK}|{experiment.TopP:R}|{experiment.MaxTokens}"));
        foreach (var prompt in prompts)
        {
            Add(hash, condition.IsPrompted ? prompt.Prompted! : prompt.Text);
        }

        foreach (var site in condition.Compiled.Sites)
        {
            Add(hash, site);
        }

        foreach (var intervention in condition.Compiled.Interventions)
        {
            Add(hash, string.Create(CultureInfo.InvariantCulture, $"{Words<InterventionSpan>.Of(intervention.Span)}|{string.Join(',', intervention.Rows)}|{intervention.LatchRow}|{intervention.LatchThreshold:R}|{intervention.LatchFirstPosition}|{intervention.Callback}{(intervention.AtStepEnds ? "|step" : string.Empty)}"));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Add(IncrementalHash hash, SiteProgram site)
    {
        Add(hash, site.Site);
        foreach (var values in (float[][])[site.Read, site.Write, site.Dials, site.Scale, site.Attenuation])
        {
            Add(hash, MemoryMarshal.AsBytes(values.AsSpan()));
        }

        Add(hash, MemoryMarshal.AsBytes(site.GateRow.AsSpan()));
        if (site.Encoder is { } encoder)
        {
            Add(hash, MemoryMarshal.AsBytes(encoder.Weights.Span));
            Add(hash, MemoryMarshal.AsBytes(encoder.Bias.Span));
            Add(hash, encoder.K.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static void Add(IncrementalHash hash, string text) => Add(hash, Encoding.UTF8.GetBytes(text));

    /// <summary>With its length before it, so that two parts cannot trade a byte.</summary>
    private static void Add(IncrementalHash hash, ReadOnlySpan<byte> bytes)
    {
        hash.AppendData(BitConverter.GetBytes((long)bytes.Length));
        hash.AppendData(bytes);
    }
}
