using System.Text;
using Steering.Analysis.Corpora;
using Steering.Analysis.Experiments;
using Steering.Batching;
using Steering.Compilation;
using Steering.Decoding;
using Steering.Policies;
using Steering.Policies.Operators;
using Steering.Saes;

namespace Steering.Tests.Analysis.Erasure;

/// <summary>
/// A model of bytes that knows how much it can take: a question ends with the dose from which on it is answered wrongly, as in
/// <c>W012?</c>. A policy's dose is the number of its features, times a factor of its operator on questions that begin with S (the
/// complement); a direction's is 10·(1 − gain). The answer a has the probability 0.8, and 0.2 where it is wrong. A text before
/// the question is a dose of 1000 on W.
/// </summary>
internal sealed class DosedModel : IExperimentModel
{
    public string Name => "dosed";

    public string Fingerprint => "one";

    public ISteeredDecoder Decoder => throw new NotSupportedException();

    public DecoderChoice DecoderKind => DecoderChoice.Batch;

    public string? BatchRefusal => null;

    public int ReplyParallelism => 1;

    public int Parallelism => 1;

    public int[] Encode(string text, bool addSpecialTokens) => [.. Encoding.UTF8.GetBytes(text).Select(value => (int)value)];

    public string Decode(ReadOnlySpan<int> ids) => Encoding.UTF8.GetString(ids.ToArray().Select(id => (byte)id).ToArray());

    public string Prompt(IReadOnlyList<ConversationTurn> messages) => throw new NotSupportedException();

    public double[] LogProbabilities(ReadOnlySpan<int> ids, int from, CompiledPolicy policy)
    {
        var text = Decode(ids);
        if (!text.Contains('?', StringComparison.Ordinal))
        {
            return [.. Enumerable.Repeat(Math.Log(policy.Sites.Count > 0 ? 0.25 : 0.5), ids.Length - from)];
        }

        var question = text[(text.IndexOf('?', StringComparison.Ordinal) - 4)..];
        var dose = question[0] == 'W' ? Dose(policy).Target + (text.Contains('\n', StringComparison.Ordinal) ? 1000 : 0) : Dose(policy).Complement;
        var isRight = dose < int.Parse(question[1..4], System.Globalization.CultureInfo.InvariantCulture);
        return [Math.Log(text[^1] == 'a' == isRight ? 0.8 : 0.2)];
    }

    public float[] Residuals(ReadOnlySpan<int> ids, string site, CompiledPolicy policy) =>
        [.. Enumerable.Repeat(ids[0] == 'W' ? (float[])[1, 1] : [1, 0.5f], ids.Length).SelectMany(row => row)];

    public CompiledPolicy Compile(SteeringPolicy policy)
    {
        var edit = policy.Interventions[0];
        float[] doses = edit.Target is FeatureTarget features
            ? [features.Features.Count, features.Features.Count * Factor(edit.Operator)]
            : [10 * (1 - ((GainOperator)edit.Operator).Gain), 10 * (1 - ((GainOperator)edit.Operator).Gain)];
        return new() { Interventions = [], Sites = [new SiteProgram { Site = "resid_post.1", HiddenSize = 2, Rows = [], Read = [], Write = doses, Dials = [], GateRow = [] }] };
    }

    public SparseAutoencoder Sae(string? id) => throw new SteeringException("there are no statistics.");

    private static float Factor(SteeringOperator kind) => kind switch
    {
        FullMaskOperator => 1,
        RangeMaskOperator => 0.75f,
        DampenOperator => 0.5f,
        _ => 0.25f,
    };

    private static (float Target, float Complement) Dose(CompiledPolicy policy) =>
        policy.Sites.Count == 0 ? default : (policy.Sites[0].Write[0], policy.Sites[0].Write[1]);
}
