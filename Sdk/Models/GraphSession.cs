using Microsoft.ML.OnnxRuntime;

namespace Steering.Models;

/// <summary>
/// A session over the graph of a model folder, and with it a copy of the weights as ONNX Runtime packs them for the
/// processor. Whoever opens the same file for the same device and threads while it is open gets the same session; the last to
/// dispose of it closes it. Thread-safe, as sessions are.
/// </summary>
internal sealed class GraphSession : IDisposable
{
    private static readonly Dictionary<Key, Shared> Sessions = [];
    private static readonly Lock Gate = new();

    private readonly Key _key;
    private readonly Shared _shared;
    private bool _disposed;

    private GraphSession(Key key, Shared shared) => (_key, _shared) = (key, shared);

    /// <summary>The session, to be used until this is disposed of and never to be disposed of itself.</summary>
    public InferenceSession Session => _shared.Session.Value;

    /// <summary>Opens a graph, or shares it.</summary>
    /// <param name="path">The graph file.</param>
    /// <param name="config">The model's configuration.</param>
    /// <param name="device">Where it runs.</param>
    /// <param name="threads">Threads of one pass; 0 is ONNX Runtime's choice.</param>
    /// <exception cref="SteeringException">ONNX Runtime cannot load it, or there is no such device.</exception>
    public static GraphSession Open(string path, GenAiConfig config, ExecutionDevice device, int threads)
    {
        // A file that was written anew is another graph.
        var file = new FileInfo(path);
        var key = new Key(file.FullName, file.Exists ? file.Length : 0, file.Exists ? file.LastWriteTimeUtc : default, device, threads);
        GraphSession session;
        lock (Gate)
        {
            if (!Sessions.TryGetValue(key, out var shared))
            {
                Sessions.Add(key, shared = new Shared(() => OnnxSessions.Open(config, device, threads, path, settings => new InferenceSession(path, settings))));
            }

            shared.Users++;
            session = new GraphSession(key, shared);
        }

        try
        {
            _ = session.Session;
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Whether a graph is open on a device with any number of threads, and with how many.</summary>
    public static int? ThreadsOfOpen(string path, ExecutionDevice device)
    {
        path = Path.GetFullPath(path);
        lock (Gate)
        {
            return Sessions.Keys.FirstOrDefault(key => key.Device == device && string.Equals(key.Path, path, StringComparison.Ordinal))?.Threads;
        }
    }

    public void Dispose()
    {
        lock (Gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            if (--_shared.Users > 0)
            {
                return;
            }

            Sessions.Remove(_key);
        }

        if (_shared.Session.IsValueCreated)
        {
            _shared.Session.Value.Dispose();
        }
    }

    private sealed record Key(string Path, long Length, DateTime Written, ExecutionDevice Device, int Threads);

    private sealed class Shared(Func<InferenceSession> open)
    {
        public Lazy<InferenceSession> Session { get; } = new(open);

        public int Users { get; set; }
    }
}
