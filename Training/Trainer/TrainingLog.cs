using System.Text.Json;

namespace Steering.Training.Trainer;

/// <summary>One line of JSON for every step. A continued run drops the lines after its checkpoint, which it is to repeat.</summary>
internal sealed class TrainingLog : IDisposable
{
    /// <summary>Name of the file in the run's folder.</summary>
    public const string FileName = "training.jsonl";

    private static readonly JsonSerializerOptions Settings = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    private readonly StreamWriter _writer;

    private TrainingLog(StreamWriter writer) => _writer = writer;

    /// <summary>Opens the log behind the lines of the steps done.</summary>
    public static TrainingLog Open(string folder, long stepsDone)
    {
        try
        {
            Directory.CreateDirectory(folder);
            var path = Path.Combine(folder, FileName);
            var kept = File.Exists(path) ? File.ReadLines(path).Take((int)Math.Min(stepsDone, int.MaxValue)).ToArray() : [];
            File.WriteAllLines(path, kept);
            return new TrainingLog(new StreamWriter(path, append: true));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SteeringException($"{folder} cannot be written: {failure.Message}", failure);
        }
    }

    /// <summary>Adds a step.</summary>
    public void Write(TrainingStep step) => _writer.WriteLine(JsonSerializer.Serialize(step, Settings));

    /// <summary>Hands the lines to the file system.</summary>
    public void Flush() => _writer.Flush();

    public void Dispose() => _writer.Dispose();
}
