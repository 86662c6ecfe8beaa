using System.Text;
using System.Text.Json;
using Steering.IO;

namespace Steering.Sandbox.Corpora;

/// <summary>Writes documents to disk, atomically: a broken run leaves no half file under the final name.</summary>
public static class CorpusFile
{
    /// <summary>Follows every document in a text file.</summary>
    public const string EndOfDocument = "<|endoftext|>\n";

    /// <summary>Writes the bare text, UTF-8, every document followed by <see cref="EndOfDocument"/>.</summary>
    /// <param name="path">The file, <c>.txt</c> by habit.</param>
    /// <param name="documents">What to write, in order.</param>
    /// <param name="progress">Told how many documents are written, every thousand and at the end.</param>
    /// <param name="cancellation">Stops between documents; the file is then not changed.</param>
    /// <exception cref="SteeringException">The folder does not exist or cannot be written.</exception>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    public static void WriteText(
        string path, IEnumerable<SandboxDocument> documents, IProgress<int>? progress = null, CancellationToken cancellation = default) =>
        Write(path, documents, progress, static (document, stream) =>
        {
            stream.Write(Encoding.UTF8.GetBytes(document.Text));
            stream.Write(Encoding.UTF8.GetBytes(EndOfDocument));
        }, cancellation);

    /// <summary>Writes one JSON object in each line: <c>text</c>, and every label under the name it has in this library, in camel case.</summary>
    /// <param name="path">The file, <c>.jsonl</c> by habit.</param>
    /// <param name="documents">What to write, in order.</param>
    /// <param name="progress">Told how many documents are written, every thousand and at the end.</param>
    /// <param name="cancellation">Stops between documents; the file is then not changed.</param>
    /// <exception cref="SteeringException">The folder does not exist or cannot be written.</exception>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    public static void WriteLabelled(
        string path, IEnumerable<SandboxDocument> documents, IProgress<int>? progress = null, CancellationToken cancellation = default) =>
        Write(path, documents, progress, static (document, stream) =>
        {
            JsonSerializer.Serialize(stream, document, CorpusJson.Default.SandboxDocument);
            stream.WriteByte((byte)'\n');
        }, cancellation);

    private static void Write(
        string path, IEnumerable<SandboxDocument> documents, IProgress<int>? progress, Action<SandboxDocument, Stream> write, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(documents);
        AtomicFile.Write(path, stream =>
        {
            var count = 0;
            foreach (var document in documents)
            {
                cancellation.ThrowIfCancellationRequested();
                write(document, stream);
                if (++count % 1000 == 0)
                {
                    progress?.Report(count);
                }
            }

            progress?.Report(count);
        });
    }
}

/// <summary>What a part of the sandbox's text is for.</summary>
public enum CorpusSplit
{
    /// <summary>To train on.</summary>
    Train,

    /// <summary>Never trained on: to report figures.</summary>
    HeldOut,
}
