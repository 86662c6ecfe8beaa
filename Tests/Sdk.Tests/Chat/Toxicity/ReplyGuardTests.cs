using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Steering.Chat.Toxicity;
using Steering.Policies;

namespace Steering.Tests.Sdk.Chat.Toxicity;

/// <summary>The guard of a reply computes each token once and decides as if it read everything anew at every step.</summary>
[TestClass]
public sealed class ReplyGuardTests
{
    private static readonly string[] Pieces = ["The", " sea", " is", " calm", ",", " and", " the", " old boats", " lie", ".", " 1", "23", "\n", " é", "😀", " na", "ture", "  ", "'s", " <|im_end|>"];

    [TestMethod]
    [DataRow(1024)]
    [DataRow(33)]
    public void Decisions_AreThoseOfTheWholeComputation(int window)
    {
        var stops = 0;
        for (var seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);
            string[] pieces = [.. Enumerable.Range(0, random.Next(1, 60)).Select(_ => Pieces[random.Next(Pieces.Length)])];
            var action = random.Next(2) == 0 ? ToxicityFilterAction.Stop : ToxicityFilterAction.Observe;
            var options = FilterTestModel.Options(action, Level(pieces, random, window), random.Next(7));
            (options.QuietTokens, options.IncludeText) = (random.Next(1, 4), true);
            var scorer = new ToxicityScorer(FilterTestModel.Engine, [.. options.Watches], window);
            var prompt = scorer.Tokenizer.Encode("<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n");
            var (log, wholeLog) = (Log(options), Log(options));
            using var guard = new ReplyGuard(scorer, options, prompt, log);
            var whole = new WholeGuard(scorer, options, prompt, wholeLog);
            for (var index = 0; index <= pieces.Length && !whole.Stopped; index++)
            {
                var (piece, last) = index < pieces.Length ? (pieces[index], false) : (string.Empty, true);
                Assert.AreEqual(whole.Append(piece, last), guard.Append(piece, last, CancellationToken.None), $"seed {seed}, piece {index}");
                Assert.AreEqual((whole.Stopped, whole.Scored), (guard.Stopped, guard.Scored), $"seed {seed}, piece {index}");
            }

            var (expected, actual) = (wholeLog.Report(whole.Scored), log.Report(guard.Scored));
            Assert.AreSequenceEqual(expected.Decisions.Select(decision => decision with { Value = 0 }), actual.Decisions.Select(decision => decision with { Value = 0 }), $"seed {seed}");
            foreach (var (one, other) in expected.Decisions.Zip(actual.Decisions))
            {
                Assert.AreEqual(one.Value, other.Value, 1e-4f * (1 + Math.Abs(one.Value)));
            }

            stops += whole.Stopped ? 1 : 0;
        }

        Assert.IsGreaterThan(5, stops);
    }

    /// <summary>Twice the words, twice the positions and characters: within a window each once, beyond it as often as windows overlap.</summary>
    [TestMethod]
    public void TheWork_GrowsWithTheReply()
    {
        using var engine = SandboxModel.Bundle.LoadEngine();
        var options = new ToxicityFilterOptions { Action = ToxicityFilterAction.Stop };
        options.Watches.Add(new ToxicityWatch(Direction.At(engine.Model.Sites[^1].Name, [.. Enumerable.Repeat(1f, engine.Model.HiddenSize)])) { On = 1e30f });
        foreach (var window in (int[])[engine.Model.ContextLength, 64])
        {
            var scorer = new ToxicityScorer(engine, [.. options.Watches], window);
            var prompt = scorer.Tokenizer.Encode("Do you like soup and rain?");
            foreach (var words in (int[])[25, 50, 100, 200])
            {
                using var guard = new ReplyGuard(scorer, options, prompt, Log(options));
                var text = new StringBuilder();
                for (var word = 0; word < words; word++)
                {
                    var piece = word % 7 == 6 ? " soup." : " rain";
                    text.Append(piece);
                    guard.Append(piece, last: word == words - 1, CancellationToken.None);
                }

                var positions = prompt.Length + scorer.Tokenizer.Encode(text.ToString()).Length;
                Assert.IsLessThanOrEqualTo(window == 64 ? (2 * positions) + window : positions + words, guard.Computed, $"{words} words, window {window}");
                Assert.IsLessThan(12 * text.Length, guard.Encoded, $"{words} words");
            }
        }
    }

    private static FilterLog Log(ToxicityFilterOptions options) => new(options, "tiny", NullLogger.Instance);

    // Between what the positions reach, so that rounding decides nothing.
    private static float Level(string[] pieces, Random random, int window)
    {
        var scorer = new ToxicityScorer(FilterTestModel.Engine, [FilterTestModel.Probe(0)], window);
        var values = new List<float>();
        scorer.Read(scorer.Tokenizer.Encode(string.Concat(pieces) + "."), 1, (_, activations) => values.Add(activations[0]), CancellationToken.None);
        values.Sort();
        var place = random.Next(values.Count / 2, values.Count);
        return place + 1 < values.Count ? (values[place] + values[place + 1]) / 2 : values[place] + 1;
    }

    /// <summary>The same rules on everything from the start, at every step.</summary>
    private sealed class WholeGuard(ToxicityScorer scorer, ToxicityFilterOptions options, int[] prompt, FilterLog log)
    {
        private readonly AlarmState _alarm = new(options.QuietTokens);
        private string _text = string.Empty;
        private int _released;
        private int _scoredLength;

        public int Scored { get; private set; }

        public bool Stopped { get; private set; }

        private bool Withholds => options.Action == ToxicityFilterAction.Stop;

        public string Append(string piece, bool last)
        {
            _text += piece;
            var due = _text.Length - _scoredLength > Math.Max(1, options.HoldBack);
            if (!due && !(last && _text.Length > _scoredLength))
            {
                return Release(last || !Withholds ? _text.Length : _released);
            }

            var ids = scorer.Tokenizer.Encode(_text);
            if (!last && ids.Length - Scored < Math.Max(1, options.HoldBack))
            {
                return Release(Withholds ? _released : _text.Length);
            }

            Judge(ids);
            _scoredLength = _text.Length;
            if (Stopped)
            {
                return string.Empty;
            }

            var safe = scorer.Tokenizer.Decode(ids.AsSpan(0, Math.Max(0, ids.Length - options.HoldBack)));
            return Release(last || !Withholds ? _text.Length : Math.Max(_released, _text.AsSpan().CommonPrefixLength(safe)));
        }

        private void Judge(int[] ids)
        {
            var values = new List<float>();
            scorer.Read([.. prompt, .. ids], prompt.Length, (_, activations) => values.Add(activations[0]), CancellationToken.None);
            var judged = Scored;
            Scored = ids.Length;
            for (var token = Math.Max(0, Math.Min(judged, ids.Length) - options.HoldBack - 1); token < ids.Length && !Stopped; token++)
            {
                var reader = new WatchReader();
                reader.Add(0, scorer.Levels[0], values[token]);
                var reading = reader.Reading;
                if (token < judged && !(Withholds && reading.Exceeds))
                {
                    continue;
                }

                var was = _alarm.On;
                _alarm.Update(reading);
                if (was != _alarm.On)
                {
                    log.Add(_alarm.On ? ToxicityDecisionKind.Alarm : ToxicityDecisionKind.Quiet, token, scorer.Levels[0], reading.Value, []);
                }

                Stopped = Withholds && reading.Exceeds;
                if (Stopped)
                {
                    log.Add(ToxicityDecisionKind.Stop, token, scorer.Levels[0], reading.Value, scorer.Tokenizer.Encode(_text[_released..]).Length, _text[_released..]);
                }
            }
        }

        private string Release(int length)
        {
            var text = _text[_released..length];
            _released = length;
            return text;
        }
    }
}
