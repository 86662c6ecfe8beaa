using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Steering.Analysis.Judges;

/// <summary>
/// An external program as a judge. It reads one JSON object a line, <c>{"prompt": "…", "text": "…"}</c>, and answers each with one,
/// <c>{"score": 0.7}</c>. One that crashes, is late or prints anything else fails on that reply and is started anew for the next.
/// </summary>
/// <param name="name">The judge's name.</param>
/// <param name="program">The program: a path, or a name that the system finds.</param>
/// <param name="arguments">Its arguments, passed on as they are, without a shell.</param>
public sealed class ProgramJudge(string name, string program, IReadOnlyList<string> arguments) : IReplyJudge, IDisposable
{
    private const int LongestLine = 1 << 16;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private Process? _process;

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public string Counts { get; init; } = $"replies that the program '{name}' scores high";

    /// <inheritdoc/>
    public double Threshold { get; init; } = 0.5;

    /// <summary>Time for one answer, the start of the program included. Default: 30 seconds.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Number of replies on which the program failed.</summary>
    public int Failures { get; private set; }

    /// <inheritdoc/>
    public async ValueTask<Judgement> JudgeAsync(JudgedReply reply, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(reply);
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(Timeout);

            // Some pipes cannot be cancelled: killing the program is what ends a read from it.
            var answer = await AskAsync(_process ??= Start(), reply, limit.Token).WaitAsync(limit.Token).ConfigureAwait(false);
            return answer is null ? Fail($"{program} ended without an answer")
                : Score(answer) is { } score ? Judgement.Of(score)
                : Fail($"{program} answered '{(answer.Length > 80 ? answer[..80] + "…" : answer)}'; {{\"score\": NUMBER}} was expected");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Fail(string.Create(CultureInfo.InvariantCulture, $"{program} did not answer within {Timeout.TotalSeconds:0.##} seconds"));
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException or ObjectDisposedException)
        {
            return Fail($"{program} went away while it was asked: {exception.Message}");
        }
        catch (OperationCanceledException)
        {
            // What it would still answer belongs to nobody.
            Stop();
            throw;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Stop();
        _turn.Dispose();
    }

    // May outlive its turn, so it touches nothing but its own process.
    private static async Task<string?> AskAsync(Process process, JudgedReply reply, CancellationToken cancellationToken)
    {
        var question = JsonSerializer.Serialize(new Dictionary<string, string>(StringComparer.Ordinal) { ["prompt"] = reply.Prompt, ["text"] = reply.Text });
        await process.StandardInput.WriteLineAsync(question.AsMemory(), cancellationToken).ConfigureAwait(false);
        await process.StandardInput.FlushAsync(cancellationToken).ConfigureAwait(false);
        return await ReadLineAsync(process.StandardOutput, cancellationToken).ConfigureAwait(false);
    }

    private static double? Score(string answer)
    {
        try
        {
            using var document = JsonDocument.Parse(answer);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("score", out var score) && score.ValueKind == JsonValueKind.Number && score.TryGetDouble(out var value) && double.IsFinite(value)
                ? value
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // A line without end must not fill the memory.
    private static async Task<string?> ReadLineAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        var line = new StringBuilder();
        var letter = new char[1];
        while (line.Length < LongestLine)
        {
            if (await reader.ReadAsync(letter, cancellationToken).ConfigureAwait(false) == 0)
            {
                return line.Length == 0 ? null : line.ToString();
            }

            if (letter[0] == '\n')
            {
                return line.ToString();
            }

            line.Append(letter[0]);
        }

        return line.ToString();
    }

    private Process Start()
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            StandardInputEncoding = Utf8,
            StandardOutputEncoding = Utf8,
            UseShellExecute = false,
        };
        try
        {
            return Process.Start(start) ?? throw new SteeringException($"The judge '{name}' cannot start {program}.");
        }
        catch (Win32Exception exception)
        {
            throw new SteeringException($"The judge '{name}' cannot start {program}: {exception.Message}. Give the path of a program that may be run.", exception);
        }
    }

    private Judgement Fail(string reason)
    {
        Failures++;
        Stop();
        return Judgement.Failed(reason);
    }

    private void Stop()
    {
        if (_process is { } process)
        {
            _process = null;
            try
            {
                process.Kill(entireProcessTree: true);
            }
            catch (Exception exception) when (exception is InvalidOperationException or Win32Exception)
            {
                // It is gone already.
            }

            process.Dispose();
        }
    }
}
