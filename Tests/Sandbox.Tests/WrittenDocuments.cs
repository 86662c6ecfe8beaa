using Steering.Sandbox;
using Steering.Sandbox.Corpora;

namespace Steering.Tests.Sandbox;

/// <summary>Twenty thousand documents, written once for all tests.</summary>
internal static class WrittenDocuments
{
    public const int Count = 20_000;

    private static readonly Lazy<SandboxDocument[]> Documents = new(() => [.. new SandboxCorpus(seed: 1).Documents(CorpusSplit.Train).Take(Count)]);

    public static IReadOnlyList<SandboxDocument> All => Documents.Value;

    public static IEnumerable<(SandboxDocument Document, SandboxTurn Turn)> Turns(TurnRole role) =>
        All.SelectMany(document => document.Turns.Where(turn => turn.Role == role).Select(turn => (document, turn)));

    /// <summary>Every reply with the turn it answers.</summary>
    public static IEnumerable<(SandboxDocument Document, SandboxTurn User, SandboxTurn Reply)> Exchanges()
    {
        foreach (var document in All)
        {
            for (var i = 1; i < document.Turns.Count; i++)
            {
                if (document.Turns[i].Role == TurnRole.Assistant)
                {
                    yield return (document, document.Turns[i - 1], document.Turns[i]);
                }
            }
        }
    }
}
