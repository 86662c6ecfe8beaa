using System.Text.Json;
using Steering.IO;

namespace Steering.Training.Trainer;

/// <summary>One line of JSON for every step. A continued run drops the lines after its checkpoint, which it is to repeat.</summary>
internal sealed class TrainingLog : IDisposable
{
    /// <summary>Name of the file in the run's folder.</summary>
    public const string FileName = "training.jsonl";

    private static readonly JsonSerializerOptions Settings = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    /// <summary>What is there when a run cannot write any more.</summary>
    public const string Kept = "The last checkpoint is whole; continue from it with --resume.";

    private readonly StreamWriter _writer;
    private readonly string _path;
    private bool _failed;

    private TrainingLog(string path, StreamWriter writer) => (_path, _writer) = (path, writer);

    /// <summary>Opens the log behind the lines of the steps done.</summary>
    public static TrainingLog Open(string folder, long stepsDone)
    {
        try
        {
            Directory.CreateDirectory(folder);
            var path = Path.Combine(folder, FileName);
            var kept = File.Exists(path) ? File.ReadLines(path).Take((int)Math.Min(stepsDone, int.MaxValue)).ToArray() : [];
            File.WriteAllLines(path, kept);
            return new TrainingLog(path, new StreamWriter(path, append: true));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw WriteFailure.Of(folder, failure);
        }
    }

    /// <summary>Adds a step.</summary>
    public void Write(TrainingStep step) => Guarded(() => _writer.WriteLine(JsonSerializer.Serialize(step, Settings)));

    /// <summary>Hands the lines to the file system.</summary>
    public void Flush() => Guarded(_writer.Flush);

    public void Dispose()
    {
        try
        {
            _writer.Dispose();
        }
        catch (IOException) when (_failed)
        {
            // The lines that could not be written before cannot be now; that was said.
        }
    }

    private void Guarded(Action action)
    {
        try
        {
            action();
        }
        catch (IOException failure)
        {
            _failed = true;
            throw WriteFailure.Of(_path, failure, kept: Kept);
        }
    }
}
