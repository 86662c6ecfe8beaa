using Steering.Sandbox;
using Steering.Sandbox.Corpora;
using Steering.Sandbox.Replies;

namespace SandboxModel.Reporting;

/// <summary>Prompts from held-out documents, chosen by their labels and in the order of the corpus.</summary>
internal sealed class ReportPrompts(ulong seed)
{
    private readonly IEnumerator<SandboxDocument> _unread = new SandboxCorpus(seed).Documents(CorpusSplit.HeldOut).GetEnumerator();
    private readonly List<SandboxDocument> _read = [];

    public IReadOnlyList<SandboxDocument> Documents(int count)
    {
        while (_read.Count < count)
        {
            Read();
        }

        return [.. _read.Take(count)];
    }

    /// <summary>First replies, one a document, with a label.</summary>
    public IReadOnlyList<ReplyPrompt> First(int count, Func<ReplyPrompt, bool> label) => Take(count, label, firstOnly: true);

    /// <summary>Replies anywhere in a document.</summary>
    public IReadOnlyList<ReplyPrompt> Any(int count, Func<ReplyPrompt, bool> label) => Take(count, label, firstOnly: false);

    private List<ReplyPrompt> Take(int count, Func<ReplyPrompt, bool> label, bool firstOnly)
    {
        var prompts = new List<ReplyPrompt>(count);
        for (var document = 0; prompts.Count < count; document++)
        {
            if (document == _read.Count)
            {
                Read();
            }

            prompts.AddRange(ReplyPrompt.Of([_read[document]], firstOnly).Where(label).Take(count - prompts.Count));
        }

        return prompts;
    }

    private void Read()
    {
        _unread.MoveNext();
        _read.Add(_unread.Current);
    }
}
