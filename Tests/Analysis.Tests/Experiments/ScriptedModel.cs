using System.Runtime.CompilerServices;
using System.Text;
using Steering.Analysis.Corpora;
using Steering.Analysis.Experiments;
using Steering.Batching;
using Steering.Compilation;
using Steering.Decoding;
using Steering.Policies;
using Steering.Saes;

namespace Steering.Tests.Analysis.Experiments;

/// <summary>
/// A model of bytes that says what a script says: the reply to a prompt, by whether a policy or a system message is in force.
/// Every token has the probability 1/2, and 1/4 where it is <c>!</c>.
/// </summary>
internal sealed class ScriptedModel(Func<string, bool, string> script) : IExperimentModel, ISteeredDecoder
{
    private const int End = 256;
    private const int Width = 2;

    /// <summary>Replies after which decoding is stopped as a killed process would be.</summary>
    public int? StopAfter { get; set; }

    /// <summary>Replies decoded so far.</summary>
    public int Decoded { get; private set; }

    public string Name => "scripted";

    public string Fingerprint { get; set; } = "one";

    public ISteeredDecoder Decoder => this;

    public DecoderChoice DecoderKind { get; set; } = DecoderChoice.Batch;

    public string? BatchRefusal { get; set; }

    public int ReplyParallelism => 1;

    public int Parallelism => 1;

    public int[] Encode(string text, bool addSpecialTokens) => [.. Encoding.UTF8.GetBytes(text).Select(value => (int)value)];

    public string Decode(ReadOnlySpan<int> ids) => Encoding.UTF8.GetString(ids.ToArray().Where(id => id < End).Select(id => (byte)id).ToArray());

    public string Prompt(IReadOnlyList<ConversationTurn> messages) => string.Join('|', messages.Select(message => $"{message.Role}:{message.Content}"));

    /// <summary>Texts scored so far.</summary>
    public int Scored { get; private set; }

    public double[] LogProbabilities(ReadOnlySpan<int> ids, int from, CompiledPolicy policy)
    {
        Scored++;
        return Score(ids, from);
    }

    private static double[] Score(ReadOnlySpan<int> ids, int from) => [.. ids[from..].ToArray().Select(id => id == '!' ? Math.Log(0.25) : Math.Log(0.5))];

    public float[] Residuals(ReadOnlySpan<int> ids, string site, CompiledPolicy policy) =>
        [.. ids.ToArray().SelectMany(id => (float[])[id % 7, (id % 5) + (policy.Sites.Count > 0 ? 3 : 0)])];

    /// <summary>One row at one site, so that a mirrored policy differs.</summary>
    public CompiledPolicy Compile(SteeringPolicy policy) => new()
    {
        Interventions = [],
        Sites = [new SiteProgram { Site = "resid_post.0", HiddenSize = Width, Rows = [], Read = [1, 0], Write = [policy.Name.Length, 1], Dials = [], GateRow = [0] }],
    };

    public SparseAutoencoder Sae(string? id) => throw new SteeringException("there are no features in a script.");

    public async IAsyncEnumerable<DecodedToken> DecodeAsync(DecodeRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask;
        if (Decoded++ == StopAfter)
        {
            throw new OperationCanceledException();
        }

        foreach (var id in Encode(script(Decode([.. request.PromptIds]), request.Policy.Sites.Count > 0 && request.Policy.Sites[0].Write[1] > 0), addSpecialTokens: false))
        {
            yield return new DecodedToken(id, string.Empty, FinishReason.None, []);
        }

        yield return new DecodedToken(End, string.Empty, FinishReason.Stop, []);
    }
}
