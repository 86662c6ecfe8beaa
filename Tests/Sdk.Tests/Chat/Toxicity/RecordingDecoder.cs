using Steering.Decoding;

namespace Steering.Tests.Sdk.Chat.Toxicity;

/// <summary>A decoder that writes down what each request's gate callbacks answered, in the order in which they were asked.</summary>
/// <param name="inner">The decoder that decodes.</param>
internal sealed class RecordingDecoder(ISteeredDecoder inner) : ISteeredDecoder
{
    private readonly List<Segment> _segments = [];

    /// <summary>The requests so far: more than one where a rewind starts anew.</summary>
    public IReadOnlyList<Segment> Segments => _segments;

    public IAsyncEnumerable<DecodedToken> DecodeAsync(DecodeRequest request, CancellationToken cancellationToken = default)
    {
        var segment = new Segment(request);
        _segments.Add(segment);
        return inner.DecodeAsync(
            request with { Callbacks = request.Callbacks.ToDictionary(pair => pair.Key, GateCallback (pair) => (in context) => segment.Note(context, pair.Value(context)), StringComparer.Ordinal) },
            cancellationToken);
    }

    /// <summary>One request, and the answers of its callbacks.</summary>
    internal sealed class Segment(DecodeRequest request)
    {
        private readonly Lock _lock = new();
        private readonly List<(bool IsPrompt, int Tokens, bool Answer)> _answers = [];

        public DecodeRequest Request => request;

        /// <summary>The tokens of this request that reached the caller.</summary>
        public List<DecodedToken> Released { get; } = [];

        public (bool IsPrompt, int Tokens, bool Answer)[] Answers
        {
            get
            {
                lock (_lock)
                {
                    return [.. _answers];
                }
            }
        }

        public bool Note(in GateContext context, bool answer)
        {
            lock (_lock)
            {
                _answers.Add((context.IsPrompt, context.GeneratedTokens, answer));
            }

            return answer;
        }
    }
}
